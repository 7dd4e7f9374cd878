//! Settings: read once from four layers, checked all at once, then handed out in parts.
//!
//! Each layer may leave a key out, and the later one stands: what is built in, the settings
//! file, the environment (`LAMINA_…`), the command line.

mod accounts;
mod check;
mod complaint;
mod layers;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

pub(crate) use accounts::AccountConfig;
pub(crate) use complaint::Complaints;
use lamina_vision::{DecodeLimits, Precision};

use crate::{
    ambient,
    cli::{Cli, Verb},
};

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which embedder makes vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmbedderChoice {
    /// The quickest that works here.
    Auto,
    /// The one in pure Rust.
    Pure,
    /// The one for tests.
    Fake,
}

/// Checked settings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Config {
    /// Everything that Lamina keeps; absolute.
    pub data_dir: PathBuf,
    /// Where to serve.
    pub listen: SocketAddr,
    /// Host names to answer to besides loopback ones, in lower case.
    pub allowed_hosts: Vec<String>,
    /// The only folders that datasets may be made from; nothing means any.
    pub import_roots: Option<Vec<PathBuf>>,
    /// Pictures worked on at the same time.
    pub workers: usize,
    /// Pictures written together.
    pub batch_items: usize,
    /// Limits of the decoder.
    pub limits: DecodeLimits,
    /// The ONNX Runtime library, if it was named.
    pub onnxruntime: Option<PathBuf>,
    /// OpenVINO's library for C, if it was named.
    pub openvino: Option<PathBuf>,
    /// What the model inside the program is to reckon with, all vectors that there are included;
    /// nothing means as those were made, and where there are none what this processor is quickest
    /// in.
    pub precision: Option<Precision>,
    /// Folders that hold a folder for each version of a library.
    pub tool_dirs: Vec<PathBuf>,
    /// Other folders to look for libraries in.
    pub library_dirs: Vec<PathBuf>,
    /// The libheif library, if it was named.
    pub libheif: Option<PathBuf>,
    /// Which embedder makes vectors.
    pub embedder: EmbedderChoice,
    /// The model that makes them, by name.
    pub model: String,
    /// What is logged.
    pub log: String,
    /// How it is written.
    pub log_format: LogFormat,
    /// Time between two lines of progress where stderr is no terminal.
    pub progress_interval: Duration,
    /// How accounts are kept, for verbs that know any.
    pub accounts: AccountConfig,
    /// Each key that was set, with its value and the layer it came from, for `doctor`.
    pub given: Vec<String>,
}

impl Config {
    /// Reads and checks every layer.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub(crate) fn load(cli: &Cli) -> Result<Self, Complaints> {
        let flags = layers::of_flags(&cli.settings);
        let surroundings = check::Surroundings {
            variable: &ambient::variable,
            working_folder: ambient::working_folder(),
            own_file: ambient::own_file(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            usual_log: match cli.verb {
                Verb::Serve(_) => "info",
                Verb::Up(_)
                | Verb::Doctor
                | Verb::Openapi
                | Verb::User(_)
                | Verb::Key(_)
                | Verb::Model(_) => "warn",
            },
            has_accounts: match &cli.verb {
                Verb::Serve(wish) => !wish.no_auth,
                Verb::User(_) | Verb::Key(_) => true,
                Verb::Up(_) | Verb::Doctor | Verb::Openapi | Verb::Model(_) => false,
            },
        };
        check::checked(flags, cli.settings.config.clone(), &surroundings)
    }

    /// The same once a port is had: where port 0 was wished for and no public URL was given,
    /// links and the check of browsers' requests go by the port that came of it.
    pub(crate) fn listening_on(&self, address: SocketAddr) -> Self {
        let mut config = self.clone();
        if config.accounts.public_url == accounts::url_of(self.listen) {
            config.accounts.public_url = accounts::url_of(address);
        }
        config.listen = address;
        config
    }
}
