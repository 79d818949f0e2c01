//! What can be typed.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::publish::DocumentFormat;

/// Above the options that every command has, so that they do not stand among a command's own.
const GLOBAL: &str = "Options of every command";

/// Polls many feeds politely, recognizes the same release across them, and republishes merged feeds.
#[derive(Debug, Parser)]
#[command(name = "mainstem", version, max_term_width = 100)]
pub(super) struct Arguments {
    /// The configuration; else $MAINSTEM_CONFIG, ./config/mainstem.toml, /etc/mainstem/mainstem.toml
    #[arg(short, long, value_name = "FILE", global = true, help_heading = GLOBAL)]
    pub(super) config: Option<PathBuf>,
    /// Say more: every poll; twice: every hop of a request too
    #[arg(short, long, action = ArgAction::Count, global = true, help_heading = GLOBAL, conflicts_with = "quiet")]
    pub(super) verbose: u8,
    /// Say only what is wrong
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub(super) quiet: bool,
    /// When to use colours; auto: on a terminal, as NO_COLOR, CLICOLOR and TERM allow
    #[arg(long, value_name = "WHEN", global = true, help_heading = GLOBAL, default_value = "auto")]
    pub(super) color: Color,
    /// How log lines are written
    #[arg(long, value_name = "FORMAT", global = true, help_heading = GLOBAL, default_value = "human")]
    pub(super) log_format: LogFormat,
    /// What to do
    #[command(subcommand)]
    pub(super) command: Command,
}

/// When colours are used.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    /// On a terminal that has colours, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum LogFormat {
    /// For people; native entries where stderr is the journal
    Human,
    /// One JSON object a line
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the daemon: poll what is due, store, republish, serve, until SIGTERM; SIGHUP reloads
    Run,
    /// Check the configuration and everything it names
    Check {
        /// Print the JSON Schema of the configuration, for editors
        #[arg(long)]
        schema: bool,
    },
    /// Poll now, once, and exit; works beside a running daemon
    Refresh(RefreshArguments),
    /// Print an output's document, from the store
    Print {
        /// The output
        #[arg(value_name = "OUTPUT")]
        output: String,
        /// The document's format
        #[arg(long, default_value = "atom")]
        format: PrintFormat,
    },
    /// Normalize one feed and print it as JSON Feed, without store or configuration
    Parse(ParseArguments),
    /// Show how every source is doing
    Sources {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell why: the story of an entry, what joined it, and what each output makes of it
    Explain {
        /// Its number, GUID, URL, or words of its title
        #[arg(value_name = "ENTRY")]
        entry: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Overrule: two entries are one release, whatever their texts say
    Merge {
        /// One, as for `explain`
        #[arg(value_name = "A")]
        one: String,
        /// The other
        #[arg(value_name = "B")]
        other: String,
    },
    /// Overrule: an entry is no copy, but a release of its own
    ///
    /// One that is withdrawn, by itself or because it repeats a withdrawn one, is withdrawn no more.
    Split {
        /// Which, as for `explain`
        #[arg(value_name = "A")]
        entry: String,
    },
    /// Take a story out of every document and archive, for good
    ///
    /// All entries of the story leave, and whatever repeats them later stays away: under the same GUID or another, from the same source
    /// or another, and as a correction, too. The log and `refresh` tell of each entry that stays away. Atom documents announce the
    /// withdrawal for 30 days (at:deleted-entry). `split` takes a single entry out of it again.
    Withdraw {
        /// Which, as for `explain`, or the id of an item; any entry of the story will do, and one that has expired, too
        #[arg(value_name = "ENTRY")]
        entry: String,
        /// Why: readers of the Atom documents see it
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Show what a changed rule would do to an output, over all that is stored
    Preview(PreviewArguments),
    /// Write a consistent copy of the store, while the daemon runs
    Backup {
        /// Where to; must not exist
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Rebuild the store without its free pages, while no daemon runs
    Compact,
    /// Turn an OPML list into [[source]] tables on stdout; what is left out is told on stderr
    Import {
        /// The list; - for standard input
        #[arg(value_name = "FILE.opml")]
        file: PathBuf,
    },
    /// Print the sources as OPML 2.0
    Export,
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What `refresh` takes.
#[derive(Debug, Args)]
pub(super) struct RefreshArguments {
    /// The sources; none: all of them
    #[arg(value_name = "SOURCE")]
    pub(super) sources: Vec<String>,
    /// Against Retry-After, hosts that asked to wait and 410 too, without validators, and read unchanged bytes again
    #[arg(long)]
    pub(super) force: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What `preview` takes. What is not given stays as configured; an empty text leaves a part of the rule out.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("rule").args(["include", "exclude", "condition"]).required(true).multiple(true)))]
pub(super) struct PreviewArguments {
    /// The output
    #[arg(value_name = "OUTPUT")]
    pub(super) output: String,
    /// In place of its `include`; may be given several times
    #[arg(long, value_name = "W")]
    pub(super) include: Vec<String>,
    /// In place of its `exclude`; may be given several times
    #[arg(long, value_name = "W")]
    pub(super) exclude: Vec<String>,
    /// In place of its `where`
    #[arg(long = "where", value_name = "EXPR")]
    pub(super) condition: Option<String>,
    /// How many of each are listed, the newest; 0: all
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(super) limit: usize,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What `parse` takes.
#[derive(Debug, Args)]
pub(super) struct ParseArguments {
    /// A file, an http(s) URL (with or without feed: before it), or - for standard input
    #[arg(value_name = "FILE|URL|-")]
    pub(super) input: String,
    /// Content-Type to read it as
    #[arg(long, value_name = "T")]
    pub(super) content_type: Option<String>,
    /// Base of relative links
    #[arg(long, value_name = "U")]
    pub(super) base_url: Option<url::Url>,
}

/// A document's format.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum PrintFormat {
    /// Atom 1.0
    Atom,
    /// RSS 2.0
    Rss,
    /// JSON Feed 1.1
    Json,
}

impl From<PrintFormat> for DocumentFormat {
    fn from(format: PrintFormat) -> Self {
        match format {
            PrintFormat::Atom => Self::Atom,
            PrintFormat::Rss => Self::Rss,
            PrintFormat::Json => Self::Json,
        }
    }
}
