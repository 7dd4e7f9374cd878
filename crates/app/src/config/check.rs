//! Raw settings → checked ones.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use lamina_vision::{DecodeLimits, InsideModel, Precision};
use tracing_subscriber::EnvFilter;

use super::{
    Config, EmbedderChoice, LogFormat,
    complaint::{Complaint, Complaints},
    layers::{self, Given, Layer},
};

/// What the settings are read against.
pub(super) struct Surroundings<'a> {
    /// Reads a variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Where the program was started.
    pub working_folder: Option<PathBuf>,
    /// The running program's own file.
    pub own_file: Option<PathBuf>,
    /// Processors of the machine.
    pub processors: usize,
    /// What is logged unless a setting says otherwise.
    pub usual_log: &'static str,
    /// Whether the verb knows accounts.
    pub has_accounts: bool,
}

/// Reads every layer and checks the whole.
pub(super) fn checked(
    flags: Layer,
    config_flag: Option<PathBuf>,
    surroundings: &Surroundings<'_>,
) -> Result<Config, Complaints> {
    let mut complaints = Vec::new();
    let mut environment = layers::of_environment(surroundings.variable);
    // The settings file lies in the data folder, so that it cannot say where that is.
    let named = config_flag.or_else(|| {
        let given = environment.remove("config")?;
        given.values.into_iter().next().map(PathBuf::from)
    });
    let mut reader = Reader {
        merged: environment,
        complaints: Vec::new(),
        surroundings,
    };
    reader.merged.extend(flags.clone());
    let data_dir = reader.data_dir();
    let file = read_file(named.as_deref(), data_dir.as_deref(), &mut complaints);
    for (key, given) in file {
        if key == "data_dir" {
            complaints.push(Complaint {
                key: key.to_owned(),
                from: given.from,
                value: shown(&given.values),
                why: "it can only be set by --data-dir or LAMINA_DATA_DIR, since it says where this file is".to_owned(),
            });
        } else {
            reader.merged.entry(key).or_insert(given);
        }
    }

    let (listen, any_remote) = reader.listen();
    let config = Config {
        data_dir: data_dir.unwrap_or_default(),
        listen,
        allowed_hosts: reader
            .texts("allowed_hosts")
            .into_iter()
            .map(|name| name.to_ascii_lowercase())
            .collect(),
        import_roots: match reader.import_roots() {
            // A server reads its disk for nobody unless the operator says which folders.
            None if surroundings.has_accounts => Some(Vec::new()),
            roots => roots,
        },
        workers: reader.number("workers", surroundings.processors, 1, 1024),
        batch_items: reader.number("batch_items", 64, 1, 4096),
        limits: reader.limits(),
        onnxruntime: reader.path("onnxruntime"),
        openvino: reader.path("openvino"),
        precision: reader.word(
            "precision",
            None,
            &[
                ("auto", None),
                ("full", Some(Precision::Single)),
                ("bf16", Some(Precision::Bfloat16)),
                ("int8", Some(Precision::Int8)),
            ],
        ),
        tool_dirs: tool_dirs(surroundings),
        library_dirs: library_dirs(surroundings),
        libheif: reader.path("libheif"),
        embedder: reader.word(
            "embedder",
            EmbedderChoice::Auto,
            &[
                ("auto", EmbedderChoice::Auto),
                ("pure", EmbedderChoice::Pure),
                ("fake", EmbedderChoice::Fake),
            ],
        ),
        model: reader
            .text("model")
            .unwrap_or_else(|| InsideModel::Default.name().to_owned()),
        log: reader.log(),
        log_format: reader.word(
            "log_format",
            LogFormat::Text,
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        ),
        progress_interval: Duration::from_millis(reader.number(
            "progress_interval_ms",
            2000,
            1,
            3_600_000,
        )),
        accounts: reader.accounts(listen),
        given: reader
            .merged
            .iter()
            .map(|(key, given)| format!("{key} = {} ({})", shown(&given.values), given.from))
            .collect(),
    };
    if !config.listen.ip().is_loopback() && !any_remote && !surroundings.has_accounts {
        let why = "without accounts, whoever reaches an address that is not loopback may do everything; listen on \
                   127.0.0.1, or say --allow-remote-without-auth if that is what you want";
        reader.complain("listen", why);
    }
    complaints.append(&mut reader.complaints);
    if complaints.is_empty() {
        Ok(config)
    } else {
        Err(Complaints(complaints))
    }
}

/// The file that was named, or the one in the data folder if there is one.
fn read_file(
    named: Option<&Path>,
    data_dir: Option<&Path>,
    complaints: &mut Vec<Complaint>,
) -> Layer {
    let path = match (named, data_dir) {
        (Some(named), _) => named.to_owned(),
        (None, Some(data_dir)) => data_dir.join("lamina.toml"),
        (None, None) => return Layer::new(),
    };
    match fs_err::read_to_string(&path) {
        Ok(text) => layers::of_file(&path, &text, complaints),
        Err(cause) if named.is_none() && cause.kind() == std::io::ErrorKind::NotFound => {
            Layer::new()
        }
        Err(cause) => {
            complaints.push(Complaint {
                key: "config".to_owned(),
                from: String::new(),
                value: String::new(),
                why: format!("the settings file cannot be read: {cause}"),
            });
            Layer::new()
        }
    }
}

/// Where libraries lie that came with the program, each version in a folder of its own.
fn tool_dirs(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let own = surroundings.own_file.as_deref().and_then(Path::parent);
    // `target/release/lamina` has its tools beside `target`; an installed one, beside `bin`.
    let beside = own
        .into_iter()
        .flat_map(|own| own.ancestors().skip(1).take(2));
    let homes = beside.chain(surroundings.working_folder.as_deref());
    let tools = ["tools/onnxruntime", "tools/openvino"];
    homes
        .flat_map(|home| tools.map(|tool| home.join(tool)))
        .collect()
}

/// Where libraries may lie besides.
fn library_dirs(surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let own = surroundings.own_file.as_deref().and_then(Path::parent);
    let system = ["/usr/local/lib", "/usr/lib"].map(Path::new);
    own.into_iter().chain(system).map(Path::to_owned).collect()
}

/// Takes single keys out of the merged layers, and notes what is wrong with them.
pub(super) struct Reader<'a> {
    merged: Layer,
    complaints: Vec<Complaint>,
    pub(super) surroundings: &'a Surroundings<'a>,
}

impl Reader<'_> {
    pub(super) fn complain(&mut self, key: &str, why: impl Into<String>) {
        let given = self.merged.get(key);
        self.complaints.push(Complaint {
            key: key.to_owned(),
            from: given.map(|given| given.from.clone()).unwrap_or_default(),
            value: given.map(|given| shown(&given.values)).unwrap_or_default(),
            why: why.into(),
        });
    }

    fn value(&self, key: &str) -> Option<&OsString> {
        self.merged
            .get(key)
            .and_then(|Given { values, .. }| values.last())
    }

    /// The value as text.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.value(key)?.clone();
        let text = value.into_string().ok();
        if text.is_none() {
            self.complain(key, "it is not UTF-8");
        }
        text
    }

    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let values = self
            .merged
            .get(key)
            .map(|given| given.values.as_slice())
            .unwrap_or_default();
        values
            .iter()
            .map(|value| value.to_string_lossy().into_owned())
            .collect()
    }

    pub(super) fn number<T>(&mut self, key: &str, usual: T, least: T, most: T) -> T
    where
        T: FromStr + PartialOrd + Copy + std::fmt::Display,
    {
        let Some(text) = self.text(key) else {
            return usual;
        };
        match text.trim().replace('_', "").parse::<T>() {
            Ok(number) if number >= least && number <= most => number,
            _ => {
                self.complain(
                    key,
                    format!("it takes a whole number from {least} to {most}"),
                );
                usual
            }
        }
    }

    pub(super) fn word<T: Copy>(&mut self, key: &str, usual: T, words: &[(&str, T)]) -> T {
        let Some(text) = self.text(key) else {
            return usual;
        };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        self.complain(key, format!("it takes one of: {}", words.join(", ")));
        usual
    }

    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.value(key).map(|value| self.absolute(Path::new(value)))
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        match &self.surroundings.working_folder {
            Some(folder) => folder.join(path),
            None => path.to_owned(),
        }
    }

    fn data_dir(&mut self) -> Option<PathBuf> {
        if let Some(path) = self.path("data_dir") {
            return Some(path);
        }
        let variable = self.surroundings.variable;
        // The XDG convention: a relative path there is to be ignored.
        let data_home = variable("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let home = || variable("HOME").map(|home| Path::new(&home).join(".local/share"));
        let found = data_home.or_else(home).map(|folder| folder.join("lamina"));
        if found.is_none() {
            self.complain(
                "data_dir",
                "neither HOME nor XDG_DATA_HOME is set; say --data-dir DIR",
            );
        }
        found
    }

    /// Where to serve, and whether other machines may come without accounts.
    fn listen(&mut self) -> (SocketAddr, bool) {
        let usual = SocketAddr::from(([127, 0, 0, 1], 2080));
        let remote = self.word(
            "allow_remote_without_auth",
            false,
            &[("true", true), ("false", false)],
        );
        let Some(text) = self.text("listen") else {
            return (usual, remote);
        };
        let text = text
            .strip_prefix("localhost:")
            .map_or(text.clone(), |port| format!("127.0.0.1:{port}"));
        let listen = text.parse().unwrap_or_else(|_| {
            self.complain(
                "listen",
                "it takes an address and a port, such as 127.0.0.1:2080 or [::1]:2080",
            );
            usual
        });
        (listen, remote)
    }

    fn import_roots(&mut self) -> Option<Vec<PathBuf>> {
        let given = self.merged.get("import_roots")?.clone();
        let mut roots = Vec::new();
        for value in &given.values {
            let root = self.absolute(Path::new(value));
            match fs_err::canonicalize(&root) {
                Ok(root) => roots.push(root),
                Err(cause) => self.complain("import_roots", format!("it cannot be used: {cause}")),
            }
        }
        Some(roots)
    }

    fn limits(&mut self) -> DecodeLimits {
        let usual = DecodeLimits::default();
        let file_mib = self.number("max_file_mib", usual.max_file_bytes >> 20, 1, 1 << 30);
        DecodeLimits {
            max_pixels: self.number("max_pixels", usual.max_pixels, 1, u64::from(u32::MAX)),
            max_file_bytes: file_mib << 20,
            ..usual
        }
    }

    fn log(&mut self) -> String {
        let usual = self.surroundings.usual_log.to_owned();
        let Some(text) = self.text("log") else {
            return usual;
        };
        if EnvFilter::try_new(&text).is_err() {
            self.complain("log", "it takes a level (error, warn, info, debug, trace), or levels by part of the program");
            return usual;
        }
        text
    }
}

fn shown(values: &[OsString]) -> String {
    let texts: Vec<_> = values.iter().map(|value| value.to_string_lossy()).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests;
