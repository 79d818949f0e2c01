//! The binary: run the command, turn the result into an exit code.

fn main() -> std::process::ExitCode {
    mainstem::cli::main()
}
