//! Sending pictures, as the guide shows it.

use crate::{
    accounts::without::started,
    program::{Place, picture},
    tools::{has, in_repository, printed, run},
};

#[test]
fn a_folder_is_sent_as_the_guide_shows_it() {
    if !has("curl", "--version") {
        return;
    }
    let place = Place::new();
    let folder = tempfile::tempdir().unwrap();
    for (number, name) in ["a.png", "b c/ü 100%.png", "b c/d.png"].iter().enumerate() {
        let file = folder.path().join(name);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, picture(number as u64)).unwrap();
    }
    let (running, client) = started(&place, "serve", &["--no-auth"]);
    let mut command = std::process::Command::new("sh");
    command
        .arg(in_repository("docs/examples/send_folder.sh"))
        .arg(folder.path())
        .arg("From elsewhere");
    let output = run(command, folder.path(), &[("LAMINA_URL", client.base())]);
    let dataset = printed(&output);
    let uri = format!("/api/v1/dataset/{dataset}");
    let told = client.get(&uri).send().expect(200).json();
    assert_eq!(told["display_name"], "From elsewhere");
    let grid = client.get(&format!("{uri}/grid")).send().expect(200).json();
    assert_eq!(
        grid["path"],
        serde_json::json!(["a.png", "b c/d.png", "b c/ü 100%.png"])
    );
    drop(running);
}
