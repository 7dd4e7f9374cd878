//! The committed build of the web app, `web/dist`, was made from the sources beside it and not touched since.
//!
//! `web/scripts/stamp.mjs` writes two fingerprints into `web/dist/BUILD`, says how they are made, and is the other side
//! of this file. So the build is held fresh on a machine without Node.js.

use std::path::Path;

use anyhow::Result;
use sha2::{Digest, Sha256};

use super::tree::walk;

/// Files beside `web/src` and `web/public` that the build depends on.
const SINGLES: &[&str] = &[
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "tsconfig.json",
    "biome.json",
];

/// What is stale; nothing where there is no build at all.
pub(crate) fn complaints(root: &Path) -> Result<Vec<String>> {
    let web = root.join("web");
    let stamp = web.join("dist").join("BUILD");
    if !stamp.is_file() {
        return Ok(Vec::new());
    }
    let found = fs_err::read_to_string(&stamp)?;
    let line = |name: &str| found.lines().find_map(|line| line.strip_prefix(name));

    let mut sources: Vec<String> = SINGLES.iter().map(|&file| file.to_owned()).collect();
    for folder in ["src", "public"] {
        sources.extend(below(&web, folder)?);
    }
    let built = below(&web, "dist")?
        .into_iter()
        .filter(|path| path != "dist/BUILD")
        .collect();

    let mut all = Vec::new();
    if line("sources ") != Some(fingerprint(&web, sources)?.as_str()) {
        all.push(
            "web/dist: older than its sources; run `npm run build` in web and commit".to_owned(),
        );
    }
    if line("dist ") != Some(fingerprint(&web, built)?.as_str()) {
        all.push("web/dist: changed by hand; run `npm run build` in web and commit".to_owned());
    }
    Ok(all)
}

/// Every file below a folder of `web`, as a path from there with `/` between the parts.
fn below(web: &Path, folder: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    walk(&web.join(folder), &|_| true, &mut files)?;
    files
        .iter()
        .map(|file| {
            let path = file.strip_prefix(web)?;
            Ok(path.to_string_lossy().replace('\\', "/"))
        })
        .collect()
}

/// One sum over the names and sums of all files, in the order of their names.
fn fingerprint(web: &Path, mut paths: Vec<String>) -> Result<String> {
    paths.sort();
    let mut whole = Sha256::new();
    for path in paths {
        let sum = hex(&Sha256::digest(fs_err::read(web.join(&path))?));
        whole.update(format!("{path}\0{sum}\n"));
    }
    Ok(hex(&whole.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A web app whose stamp is right.
    fn web() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let web = folder.path().join("web");
        for file in ["src/a.ts", "public/b.svg", "dist/index.html", "dist/BUILD"] {
            fs_err::create_dir_all(web.join(file).parent().unwrap()).unwrap();
            fs_err::write(web.join(file), file).unwrap();
        }
        for file in SINGLES {
            fs_err::write(web.join(file), file).unwrap();
        }
        let mut sources: Vec<String> = SINGLES.iter().map(|&file| file.to_owned()).collect();
        sources.extend(["src/a.ts", "public/b.svg"].map(str::to_owned));
        let sources = fingerprint(&web, sources).unwrap();
        let dist = fingerprint(&web, vec!["dist/index.html".to_owned()]).unwrap();
        let stamp = format!("lamina-web 1\nsources {sources}\ndist {dist}\n");
        fs_err::write(web.join("dist/BUILD"), stamp).unwrap();
        folder
    }

    #[test]
    fn a_fresh_build_draws_no_complaint() {
        assert_eq!(complaints(web().path()).unwrap(), [""; 0]);
    }

    #[test]
    fn a_changed_source_a_new_source_and_a_changed_build_are_noticed() {
        for file in ["src/a.ts", "src/new.ts", "package.json", "dist/index.html"] {
            let folder = web();
            fs_err::write(folder.path().join("web").join(file), "changed").unwrap();
            assert_eq!(complaints(folder.path()).unwrap().len(), 1, "{file}");
        }
    }

    #[test]
    fn the_fingerprint_is_that_of_the_script() {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("a"), "abc").unwrap();
        // printf 'a\0ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n' | sha256sum
        let expected = "3af6e51fa1f25dc698a5867373c4a63b5bfbdfcc2695e015f737f68f7930fb80";

        let found = fingerprint(folder.path(), vec!["a".to_owned()]).unwrap();

        assert_eq!(found, expected);
    }
}
