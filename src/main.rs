//! The binary: run the command, turn the result into an exit code.

/// Documents of all sizes come and go on many threads: what is freed must be given back, however it was cut up.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    mainstem::cli::main()
}
