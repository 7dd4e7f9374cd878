//! Raw settings from each layer: texts by key, each with where it came from.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::Path,
};

use super::complaint::Complaint;
use crate::cli::SettingFlags;
use lamina_vision::InsideModel;

/// Every key, with whether it takes a list.
pub(super) const KEYS: [(&str, bool); 32] = [
    ("data_dir", false),
    ("listen", false),
    ("allow_remote_without_auth", false),
    ("allowed_hosts", true),
    ("import_roots", true),
    ("workers", false),
    ("batch_items", false),
    ("max_pixels", false),
    ("max_file_mib", false),
    ("onnxruntime", false),
    ("openvino", false),
    ("precision", false),
    ("libheif", false),
    ("embedder", false),
    ("model", false),
    ("log", false),
    ("log_format", false),
    ("progress_interval_ms", false),
    ("config", false),
    ("public_url", false),
    ("trusted_proxies", true),
    ("password_min_chars", false),
    ("token_lifetime_cap_s", false),
    ("token_audience", false),
    ("session_idle_s", false),
    ("session_absolute_s", false),
    ("max_live_keys", false),
    ("embed_key_file", false),
    ("embed_dataset", false),
    ("embed_max_age_s", false),
    ("oidc_new_people", false),
    ("oidc_link_by_email", false),
];

/// A value as somebody wrote it. File names need not be text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// One value, or those of a list.
    pub values: Vec<OsString>,
    /// The layer, in words.
    pub from: String,
}

/// One layer.
pub(super) type Layer = BTreeMap<&'static str, Given>;

/// What stands on the command line.
pub(super) fn of_flags(flags: &SettingFlags) -> Layer {
    let mut layer = Layer::new();
    let mut put = |key: &'static str, flag: &str, values: Vec<OsString>| {
        if !values.is_empty() {
            layer.insert(
                key,
                Given {
                    values,
                    from: format!("from --{flag}"),
                },
            );
        }
    };
    let path = |path: &Option<std::path::PathBuf>| {
        path.iter()
            .map(|path| path.as_os_str().to_owned())
            .collect()
    };
    let text = |text: &Option<String>| text.iter().map(OsString::from).collect();
    put("data_dir", "data-dir", path(&flags.data_dir));
    put("listen", "listen", text(&flags.listen));
    let remote = flags
        .allow_remote_without_auth
        .then(|| OsString::from("true"));
    put(
        "allow_remote_without_auth",
        "allow-remote-without-auth",
        remote.into_iter().collect(),
    );
    put("public_url", "public-url", text(&flags.public_url));
    put(
        "allowed_hosts",
        "allowed-host",
        flags.allowed_host.iter().map(OsString::from).collect(),
    );
    put(
        "import_roots",
        "import-root",
        flags
            .import_root
            .iter()
            .map(|root| root.as_os_str().to_owned())
            .collect(),
    );
    put("workers", "workers", text(&flags.workers));
    put("batch_items", "batch-items", text(&flags.batch_items));
    put("max_pixels", "max-pixels", text(&flags.max_pixels));
    put("max_file_mib", "max-file-mib", text(&flags.max_file_mib));
    put("onnxruntime", "onnxruntime", path(&flags.onnxruntime));
    put("openvino", "openvino", path(&flags.openvino));
    put("precision", "precision", text(&flags.precision));
    put("libheif", "libheif", path(&flags.libheif));
    put("embedder", "embedder", text(&flags.embedder));
    let no_embed = flags.no_embed.then(|| InsideModel::None.name().to_owned());
    put("model", "model", text(&flags.model.clone().or(no_embed)));
    put("log", "log", text(&flags.log));
    put("log_format", "log-format", text(&flags.log_format));
    put(
        "progress_interval_ms",
        "progress-interval-ms",
        text(&flags.progress_interval_ms),
    );
    layer
}

/// What stands in the environment. Lists are parted by colons, as in `PATH`.
pub(super) fn of_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> Layer {
    let mut layer = Layer::new();
    for (key, is_list) in KEYS {
        let name = format!("LAMINA_{}", key.to_ascii_uppercase());
        if let Some(value) = variable(&name) {
            let values = if is_list {
                let parts = value
                    .as_bytes()
                    .split(|byte| *byte == b':')
                    .filter(|part| !part.is_empty());
                parts
                    .map(|part| OsStr::from_bytes(part).to_owned())
                    .collect()
            } else {
                vec![value]
            };
            layer.insert(
                key,
                Given {
                    values,
                    from: format!("from {name}"),
                },
            );
        }
    }
    layer
}

/// What stands in a settings file.
pub(super) fn of_file(path: &Path, text: &str, complaints: &mut Vec<Complaint>) -> Layer {
    let from = format!("from {}", path.display());
    let mut layer = Layer::new();
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(cause) => {
            complaints.push(Complaint {
                key: "config".to_owned(),
                from: String::new(),
                value: String::new(),
                why: format!("{} is no TOML: {}", path.display(), cause.message()),
            });
            return layer;
        }
    };
    for (name, value) in table {
        let known = KEYS
            .iter()
            .find(|(key, _)| *key == name && name != "config");
        let values = match (known, value) {
            (Some((_, true)), toml::Value::Array(items)) => items.iter().map(plain_value).collect(),
            (Some(_), value) => plain_value(&value).map(|value| vec![value]),
            (None, _) => None,
        };
        match (known, values) {
            (Some((key, _)), Some(values)) => {
                layer.insert(
                    key,
                    Given {
                        values,
                        from: from.clone(),
                    },
                );
            }
            (Some(_), None) => complaints.push(Complaint {
                key: name,
                from: String::new(),
                value: String::new(),
                why: format!(
                    "{} gives it a kind of value that it does not take",
                    path.display()
                ),
            }),
            (None, _) => complaints.push(Complaint {
                key: name,
                from: String::new(),
                value: String::new(),
                why: format!(
                    "{} sets it, but there is no such setting; there are: {}",
                    path.display(),
                    names()
                ),
            }),
        }
    }
    layer
}

fn names() -> String {
    let names: Vec<_> = KEYS
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| *key != "config")
        .collect();
    names.join(", ")
}

fn plain_value(value: &toml::Value) -> Option<OsString> {
    match value {
        toml::Value::String(text) => Some(text.into()),
        toml::Value::Integer(number) => Some(number.to_string().into()),
        toml::Value::Boolean(truth) => Some(truth.to_string().into()),
        toml::Value::Float(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => None,
    }
}
