//! `cargo xtask test`: every check and test of the project, cheap ones first. Stops at the first stage that fails.
//!
//! The last line is the count of tests, alone, such as `512 passed, 0 failed`.

mod web;

use std::{
    ffi::OsString,
    path::Path,
    process::{Command, ExitCode, ExitStatus},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{
    count::{self, Count, Runner},
    machine,
    setup::{self, Permission, node, postgres, python},
    shell, tidy,
};

/// What the tests are built and run with.
struct Surroundings {
    /// One set for clippy, the tests and the examples in the documentation, so that everything is compiled once.
    features: Vec<&'static str>,
    variables: Vec<(&'static str, OsString)>,
    /// Held so that it runs as long as the tests do.
    _postgres: Option<postgres::Server>,
}

/// Runs the verb.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode> {
    let fast = match arguments {
        [] => false,
        [only] if only == "--fast" => true,
        _ => bail!("test takes no argument but --fast"),
    };
    let permission = if fast {
        Permission::LookOnly
    } else {
        Permission::Get
    };
    let root = machine::root();

    stage("Tidy", || {
        let complaints = tidy::complaints(&root)?;
        for complaint in &complaints {
            shell::note(complaint);
        }
        if !complaints.is_empty() {
            bail!("the tree is not tidy ({} complaints)", complaints.len());
        }
        Ok(())
    })?;
    stage("Format", || component("fmt", &["--all", "--check"], &[]))?;
    let surroundings = stage("Set up", || Ok(surroundings(&root, permission)))?;
    stage("Lint", || {
        let options = ["--workspace", "--all-targets"];
        let options = [&options[..], &surroundings.features].concat();
        component("clippy", &options, &["--", "--deny", "warnings"])
    })?;
    if !fast {
        stage("Document", || document(&surroundings))?;
    }
    let mut count = Count::default();
    let ran = stage("Test", || {
        web::check(&root, permission, &mut count)?;
        tests(&surroundings, &mut count)?;
        if !fast {
            examples(&surroundings, &mut count)?;
            web::walk(&root, &mut count)?;
        }
        Ok(())
    });
    if count.passed + count.failed == 0 {
        return ran.and_then(|()| bail!("no test ran"));
    }
    if let Err(error) = &ran {
        shell::note(&format!("FAILED: {error:#}"));
    }
    // The count stands last, whatever came of the tests.
    shell::say(&count.to_string());
    Ok(if ran.is_ok() && count.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs one stage between two lines that say its name and how long it took.
fn stage<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    shell::note(&format!("== {name}"));
    let start = Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    let outcome = if result.is_ok() { "done" } else { "FAILED" };
    shell::note(&format!("== {name}: {outcome} in {seconds:.1} s"));
    result
}

/// A cargo verb that is a component of the toolchain: where it is missing, that is said, and is no failure.
fn component(verb: &str, options: &[&str], last: &[&str]) -> Result<()> {
    if !machine::has_cargo_verb(verb) {
        shell::note(&format!(
            "cargo {verb} is not here (rustup component add {}): not checked.",
            if verb == "fmt" { "rustfmt" } else { verb }
        ));
        return Ok(());
    }
    shell::run(machine::cargo().arg(verb).args(options).args(last))
}

/// The documentation of every public item, whose links must lead somewhere.
fn document(surroundings: &Surroundings) -> Result<()> {
    let mut doc = machine::cargo();
    doc.env("RUSTDOCFLAGS", "--deny warnings")
        .args(["doc", "--quiet", "--workspace", "--no-deps"])
        .args(&surroundings.features);
    shell::run(&mut doc)
}

fn surroundings(root: &Path, permission: Permission) -> Surroundings {
    let mut features = Vec::new();
    if setup::turbo(root, permission) {
        features.extend(["--features", "lamina-app/turbo"]);
    }
    setup::heif(root, permission);
    let mut variables = Vec::new();
    if let Some(library) = setup::onnxruntime(root, permission) {
        variables.push(("LAMINA_ONNXRUNTIME", library.into_os_string()));
    }
    // Where it is not of use, only those tests look for it that are about it.
    let openvino = setup::openvino(root, permission, setup::openvino::runs());
    if let Some(library) = openvino.filter(|_| setup::openvino::is_of_use()) {
        variables.push(("LAMINA_OPENVINO", library.into_os_string()));
    }
    match python::interpreter(root, permission) {
        Ok(python) => variables.push(("LAMINA_TEST_PYTHON", python.into_os_string())),
        Err(error) => shell::note(&format!(
            "Without Python: {error:#}. Not tested: the scripts of the documentation, as printed."
        )),
    }
    let clients = root.join("tests").join("node");
    match node::packages(root, &clients, permission) {
        Ok(()) => variables.push(("LAMINA_TEST_NODE", clients.into_os_string())),
        Err(error) => shell::note(&format!(
            "Without Node.js: {error:#}. Not tested: signing in with a provider, and the documentation's script for it."
        )),
    }
    let postgres = if permission == Permission::LookOnly {
        Err(anyhow::anyhow!("no server is started with --fast"))
    } else {
        postgres::Server::start(root, permission)
    };
    match &postgres {
        Ok(server) => variables.push(("LAMINA_TEST_POSTGRES_URL", server.url().into())),
        Err(error) => shell::note(&format!(
            "Without PostgreSQL: {error:#}. The store's contract is tested on SQLite only."
        )),
    }
    Surroundings {
        features,
        variables,
        _postgres: postgres.ok(),
    }
}

fn tests(surroundings: &Surroundings, count: &mut Count) -> Result<()> {
    let mut command = machine::cargo();
    let runner = if machine::has_cargo_verb("nextest") {
        command.args(["nextest", "run", "--profile", "ci"]);
        if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            command.args(["--color", "always"]);
        }
        Runner::Nextest
    } else {
        shell::note("cargo-nextest is not here: the tests run with cargo's own runner.");
        command.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
        Runner::Cargo
    };
    counted(runner, &mut command, surroundings, count)
}

/// The examples in the documentation, which nextest does not run.
fn examples(surroundings: &Surroundings, count: &mut Count) -> Result<()> {
    let mut command = machine::cargo();
    command.args(["test", "--doc", "--no-fail-fast"]);
    counted(Runner::Cargo, &mut command, surroundings, count)
}

/// Runs the tests of the whole workspace and adds up what their runner counts.
fn counted(
    runner: Runner,
    command: &mut Command,
    surroundings: &Surroundings,
    count: &mut Count,
) -> Result<()> {
    command
        .arg("--workspace")
        .args(&surroundings.features)
        .envs(surroundings.variables.iter().cloned());
    let mut here = Count::default();
    let status = shell::run_watched(command, |line| {
        if let Some(found) = count::read(runner, line) {
            here.add(found);
        }
    })?;
    count.add(judged(here, status).context(shell::spelled(command))?);
    Ok(())
}

/// A runner that fails without a failed test (a test binary that does not compile or dies) is a failure all the same.
fn judged(here: Count, status: ExitStatus) -> Result<Count> {
    if !status.success() && here.failed == 0 {
        bail!("ended with {status} and counted no failed test");
    }
    Ok(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended_with(code: i32) -> ExitStatus {
        Command::new("sh")
            .args(["-c", &format!("exit {code}")])
            .status()
            .unwrap()
    }

    #[test]
    fn a_runner_that_dies_without_a_count_is_no_success() {
        assert!(judged(Count::default(), ended_with(101)).is_err());
        assert!(judged(Count::default(), ended_with(0)).is_ok());
    }

    #[test]
    fn a_runner_with_failed_tests_is_counted() {
        let count = Count {
            passed: 3,
            failed: 1,
            skipped: 0,
        };

        assert_eq!(judged(count, ended_with(100)).unwrap(), count);
    }
}
