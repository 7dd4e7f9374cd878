use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

use clap::Parser;

use super::{Surroundings, checked};
use crate::{
    cli::Cli,
    config::{Complaints, Config, layers},
};

fn load(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Config, Complaints> {
    let cli = Cli::try_parse_from(["lamina", "doctor"].iter().chain(arguments)).unwrap();
    let variables: HashMap<_, _> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
        .collect();
    let surroundings = Surroundings {
        has_accounts: false,
        variable: &|name| variables.get(name).cloned(),
        working_folder: Some(PathBuf::from("/work")),
        own_file: Some(PathBuf::from("/repo/target/release/lamina")),
        processors: 3,
        usual_log: "warn",
    };
    checked(
        layers::of_flags(&cli.settings),
        cli.settings.config.clone(),
        &surroundings,
    )
}

#[test]
fn nothing_needs_to_be_set_but_a_home() {
    let config = load(&[], &[("HOME", "/home/ada")]).unwrap();
    assert_eq!(
        config.data_dir,
        PathBuf::from("/home/ada/.local/share/lamina")
    );
    assert_eq!(config.listen.to_string(), "127.0.0.1:2080");
    assert_eq!(config.workers, 3);
    assert_eq!(config.limits.max_pixels, 300_000_000);
    assert_eq!(config.import_roots, None);
    for folder in ["/repo", "/work"] {
        for tools in ["tools/onnxruntime", "tools/openvino"] {
            let folder = Path::new(folder).join(tools);
            assert!(config.tool_dirs.contains(&folder), "{folder:?}");
        }
    }
    assert_eq!(config.precision, None);
    assert!(config.given.is_empty());
}

#[test]
fn the_data_folder_follows_xdg_then_the_variable_then_the_flag() {
    let xdg = ("XDG_DATA_HOME", "/xdg");
    let variable = ("LAMINA_DATA_DIR", "relative");
    assert_eq!(
        load(&[], &[xdg]).unwrap().data_dir,
        PathBuf::from("/xdg/lamina")
    );
    assert_eq!(
        load(&[], &[xdg, variable]).unwrap().data_dir,
        PathBuf::from("/work/relative")
    );
    assert_eq!(
        load(&["--data-dir", "/flag"], &[xdg, variable])
            .unwrap()
            .data_dir,
        PathBuf::from("/flag")
    );
}

#[test]
fn flags_stand_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lamina.toml");
    fs_err::write(
        &file,
        "workers = 7\nmax_pixels = 1000\nallowed_hosts = [\"A.lan\", \"b.lan\"]\n",
    )
    .unwrap();
    let data_dir = folder.path().to_str().unwrap();
    let config = load(
        &["--max-pixels", "5"],
        &[("LAMINA_DATA_DIR", data_dir), ("LAMINA_WORKERS", "9")],
    )
    .unwrap();
    assert_eq!(config.workers, 9);
    assert_eq!(config.limits.max_pixels, 5);
    assert_eq!(config.allowed_hosts, ["a.lan", "b.lan"]);
    assert!(
        config
            .given
            .iter()
            .any(|line| line == "workers = 9 (from LAMINA_WORKERS)"),
        "{:?}",
        config.given
    );
}

#[test]
fn everything_wrong_is_told_at_once_with_key_value_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("settings.toml");
    fs_err::write(
        &file,
        "wrokers = 1\nlog_format = \"xml\"\nmax_file_mib = 1.5\n",
    )
    .unwrap();
    let told = load(
        &[
            "--workers",
            "many",
            "--listen",
            "here",
            "--config",
            file.to_str().unwrap(),
            "--import-root",
            "/nowhere/at/all",
        ],
        &[("HOME", "/h"), ("LAMINA_LOG", "a=b=c")],
    )
    .unwrap_err()
    .to_string();
    for part in [
        "workers = many (from --workers): it takes a whole number from 1 to 1024",
        "listen = here (from --listen): it takes an address and a port",
        "log_format = xml (from",
        "it takes one of: text, json",
        "wrokers: ",
        "there is no such setting",
        "max_file_mib: ",
        "log = a=b=c (from LAMINA_LOG)",
        "import_roots = /nowhere/at/all",
    ] {
        assert!(told.contains(part), "{part:?} is missing in:\n{told}");
    }
}

#[test]
fn other_machines_come_in_without_accounts_only_by_a_second_switch() {
    let home = ("HOME", "/h");
    let told = load(&["--listen", "0.0.0.0:2080"], &[home])
        .unwrap_err()
        .to_string();
    assert!(told.contains("--allow-remote-without-auth"), "{told}");
    let config = load(
        &["--listen", "0.0.0.0:2080", "--allow-remote-without-auth"],
        &[home],
    )
    .unwrap();
    assert_eq!(config.listen.to_string(), "0.0.0.0:2080");
    assert!(load(&["--listen", "[::1]:0"], &[home]).is_ok());
    assert!(load(&["--listen", "localhost:99"], &[home]).is_ok());
}

#[test]
fn a_named_settings_file_must_be_there_and_cannot_move_the_data_folder() {
    let told = load(&["--config", "/nowhere.toml"], &[("HOME", "/h")])
        .unwrap_err()
        .to_string();
    assert!(told.contains("/nowhere.toml"), "{told}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.toml");
    fs_err::write(&file, "data_dir = \"/x\"\n").unwrap();
    let told = load(&["--config", file.to_str().unwrap()], &[("HOME", "/h")])
        .unwrap_err()
        .to_string();
    assert!(told.contains("data_dir = /x"), "{told}");
}
