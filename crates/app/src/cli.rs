//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// A home for datasets of pictures: index a folder, find duplicates and bad pictures, serve it.
#[derive(Debug, Parser)]
#[command(
    name = "lamina",
    version,
    about,
    after_help = "Exit codes: 0 all went well, 1 it failed and said why, 2 the command line or a setting is wrong,\n\
                  130 it was interrupted and stopped cleanly (the same command goes on from there)."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
    #[command(flatten)]
    pub settings: SettingFlags,
}

/// Settings that every verb takes. Each can also stand in the settings file (under the name of
/// the flag, with underscores) and in the environment (`LAMINA_` and that name in capitals).
#[derive(Debug, Args)]
pub(crate) struct SettingFlags {
    /// Folder for everything that Lamina keeps [default: lamina below the data home of XDG, or ~/.local/share/lamina]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Settings file [default: lamina.toml in the data folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to serve on [default: 127.0.0.1:2080]
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
    /// Serve without accounts to other machines too: whoever reaches the port may do everything
    #[arg(long, global = true)]
    pub allow_remote_without_auth: bool,
    /// Where people reach the server: https, host, perhaps a port [default: the address it listens on]
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Answer to this host name too, besides localhost; may be given several times
    #[arg(long, global = true, value_name = "NAME")]
    pub allowed_host: Vec<String>,
    /// Let datasets be made only from folders below this one; may be given several times
    #[arg(long, global = true, value_name = "DIR")]
    pub import_root: Vec<PathBuf>,
    /// Pictures worked on at the same time [default: one a processor]
    #[arg(long, global = true, value_name = "N")]
    pub workers: Option<String>,
    /// Most pixels (width times height) of a picture [default: 300000000]
    #[arg(long, global = true, value_name = "N")]
    pub max_pixels: Option<String>,
    /// Most bytes of a file, in MiB [default: 2048]
    #[arg(long, global = true, value_name = "N")]
    pub max_file_mib: Option<String>,
    /// The model that makes vectors: default, fast, none, or one that `lamina model list` names
    #[arg(long, global = true, value_name = "NAME")]
    pub model: Option<String>,
    /// Make no vectors, the same as --model none: copies are found by their pixels alone
    #[arg(long, global = true, conflicts_with = "model")]
    pub no_embed: bool,
    /// The ONNX Runtime library, which makes vectors quicker [default: looked for]
    #[arg(long, global = true, value_name = "FILE")]
    pub onnxruntime: Option<PathBuf>,
    /// OpenVINO's library for C, which makes vectors quicker still on processors with AMX [default: looked for]
    #[arg(long, global = true, value_name = "FILE")]
    pub openvino: Option<PathBuf>,
    /// What vectors are reckoned with: auto keeps to what those of the data folder were; full (32 bits), bf16 and
    /// int8 embed every picture anew once whose vector was made otherwise [default: auto]
    #[arg(long, global = true, value_name = "WHICH")]
    pub precision: Option<String>,
    /// The libheif library, which reads HEIC and AVIF [default: looked for]
    #[arg(long, global = true, value_name = "FILE")]
    pub libheif: Option<PathBuf>,
    /// What is logged, such as `info` or `warn,lamina_engine=debug` [default: warn, for serve info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// How logs are written: text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Which embedder makes vectors: auto, pure, or fake (for tests: quick and no good)
    #[arg(long, global = true, hide = true, value_name = "WHICH")]
    pub embedder: Option<String>,
    /// Milliseconds between two lines of progress where stderr is no terminal
    #[arg(long, global = true, hide = true, value_name = "N")]
    pub progress_interval_ms: Option<String>,
    /// Pictures written together
    #[arg(long, global = true, hide = true, value_name = "N")]
    pub batch_items: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Index a folder of pictures, say what is in it, serve it
    Up(Up),
    /// Serve the datasets of the data folder, and index those asked for
    Serve(Serve),
    /// Say what is there, what is missing and what to do about it
    Doctor,
    /// Print the OpenAPI document
    Openapi,
    /// Manage the people who may sign in
    #[command(subcommand)]
    User(User),
    /// Manage the keys that seal secrets at rest
    #[command(subcommand)]
    Key(Key),
    /// Manage models of your own that make vectors
    #[command(subcommand)]
    Model(Model),
}

/// Manage models of your own that make vectors.
#[derive(Debug, Subcommand)]
pub(crate) enum Model {
    /// Try a model and take a copy of it
    Add {
        /// The folder with its model.toml and the files that this names
        folder: PathBuf,
    },
    /// List models; a star marks the one in use
    List,
    /// Take a model away
    Remove {
        /// Its name
        name: String,
    },
}

/// Manage the people who may sign in.
#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make an account
    Add {
        /// The address to sign in with
        email: String,
        /// What they may do: viewer, editor or admin
        #[arg(long, default_value = "viewer")]
        role: String,
        /// What people call them
        #[arg(long, default_value = "")]
        name: String,
        /// Read the password from standard input, up to the first line break
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// List accounts
    List,
    /// Shut somebody out: their sessions end and their keys no longer count
    Disable {
        /// Their address
        email: String,
    },
    /// Let somebody in again
    Enable {
        /// Their address
        email: String,
    },
    /// Set a password; they choose their own at the next sign-in
    ResetPassword {
        /// Their address
        email: String,
        /// Read the password from standard input, up to the first line break
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Delete an account; administrators see its datasets
    Delete {
        /// Their address
        email: String,
    },
}

/// Manage the keys that seal secrets at rest.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Make a new sealing key and seal every stored secret anew; can be stopped and run again
    RotateMaster,
}

/// Index a folder of pictures, say what is in it, serve it.
#[derive(Debug, Args)]
pub(crate) struct Up {
    /// The folder; a dataset that exists for it already is brought up to date
    #[arg(required_unless_present = "sample")]
    pub path: Option<PathBuf>,
    /// Draw a few hundred sample pictures and index those
    #[arg(long, conflicts_with = "path")]
    pub sample: bool,
    /// How many scenes the sample has
    #[arg(long, hide = true, default_value_t = crate::sample::SCENES, value_name = "N")]
    pub sample_scenes: usize,
    /// What to call the dataset [default: the folder's own name]
    #[arg(long)]
    pub name: Option<String>,
    /// A file that says what the pictures show: COCO JSON, CSV, Parquet, or a data.yaml of YOLO;
    /// may be given several times. Files of the usual names in the folder are read anyway
    #[arg(long, value_name = "FILE")]
    pub annotations: Vec<PathBuf>,
    /// A file named so before that is not to be read any more; may be given several times
    #[arg(long, value_name = "FILE")]
    pub without_annotations: Vec<PathBuf>,
    /// Give each picture the name of its folder as a label
    #[arg(long)]
    pub labels_from_folders: bool,
    /// End after the report
    #[arg(long)]
    pub no_serve: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Serve the datasets of the data folder.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Without accounts: whoever reaches the port may do everything
    #[arg(long)]
    pub no_auth: bool,
}
