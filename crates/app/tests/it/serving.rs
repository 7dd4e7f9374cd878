//! Serving while indexing and afterwards.

use std::net::TcpListener;

use crate::program::{Place, Running, get, get_json, host_of, number, picture, told};

/// The URL in a line.
fn url_in(line: &str) -> &str {
    line.split(' ')
        .find(|word| word.starts_with("http://"))
        .unwrap_or_else(|| panic!("no URL in {line:?}"))
}

#[test]
fn up_serves_what_it_indexed_until_told_to_stop() {
    let place = Place::new();
    for at in 0..4 {
        place.put(format!("{at}.png"), &picture(at));
    }
    let mut command = place.lamina("up");
    command
        .arg(place.source())
        .args(["--listen", "127.0.0.1:0", "--name", "Four"]);
    let mut running = Running::start(&mut command);
    let line = running
        .line(|line| line.starts_with("Serving "))
        .expect("it serves");
    let url = url_in(&line).to_owned();
    let address = host_of(&url);
    let (status, head, _) = get(&address, url.split_once(&address).unwrap().1);
    assert_eq!(status, 200, "{head}");
    let health = get_json(&address, "/api/v1/healthcheck");
    assert_eq!(
        (&health["status"], &health["authentication"]),
        (&"Green".into(), &"off".into())
    );
    let datasets = get_json(&address, "/api/v1/datasets");
    let dataset = &datasets[0];
    assert_eq!(
        (
            &dataset["display_name"],
            &dataset["status"],
            &dataset["status_new"]
        ),
        (&"Four".into(), &"READY".into(), &"READY".into())
    );
    assert_eq!(
        (&dataset["n_images"], &dataset["progress"]),
        (&4.into(), &100.into())
    );
    assert!(url.contains(dataset["id"].as_str().unwrap()));
    running.signal("TERM");
    let (status, lines) = running.end();
    assert_eq!(status.code(), Some(0), "{lines:#?}");
}

#[test]
fn a_taken_port_is_told_and_the_next_one_used() {
    let place = Place::new();
    place.put("a.png", &picture(1));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let wanted = taken.local_addr().unwrap();
    let mut command = place.lamina("up");
    command
        .arg(place.source())
        .args(["--listen", &wanted.to_string()]);
    let mut running = Running::start(&mut command);
    let told = running
        .line(|line| line.contains("is taken"))
        .expect("it says so");
    assert!(told.contains(&wanted.port().to_string()), "{told}");
    let line = running
        .line(|line| line.starts_with("Serving "))
        .expect("it serves");
    let address = host_of(url_in(&line));
    assert_ne!(address, wanted.to_string());
    assert_eq!(get(&address, "/").0, 200);
    running.signal("INT");
    running.end();
}

#[test]
fn one_data_folder_is_served_by_one_server_at_a_time() {
    let place = Place::new();
    place.put("a.png", &picture(1));
    let serve = || {
        let mut command = place.lamina("serve");
        command.args(["--no-auth", "--listen", "127.0.0.1:0"]);
        command
    };
    let mut first = Running::start(&mut serve());
    let line = first.line(|line| line.contains("http://")).unwrap();
    let address = host_of(url_in(&line));
    let up = || {
        let mut command = place.lamina("up");
        command
            .arg(place.source())
            .args(["--listen", "127.0.0.1:0"]);
        command
    };
    for mut second in [serve(), up()] {
        let refused = second.output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
        let holder = format!("process {} on http://{address}/", first.id());
        let told = told(&refused);
        for part in [holder.as_str(), "--data-dir", "--no-serve"] {
            assert!(told.contains(part), "{part:?} is missing: {told}");
        }
    }
    // Who only looks, or indexes, works beside it, and it shows what was indexed.
    for mut beside in [place.lamina("doctor"), place.up()] {
        let output = beside.output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
    }
    let datasets = get_json(&address, "/api/v1/datasets");
    assert_eq!(datasets[0]["n_images"], 1);
    // However the first one ends, the folder is free again.
    first.kill();
    let mut third = Running::start(&mut serve());
    assert!(third.line(|line| line.contains("http://")).is_some());
    third.signal("TERM");
    assert_eq!(third.end().0.code(), Some(0));
}

#[test]
fn a_folder_can_be_indexed_over_http_by_a_server_without_accounts() {
    let place = Place::new();
    for at in 0..3 {
        place.put(format!("{at}.png"), &picture(at));
    }
    let mut command = place.lamina("serve");
    command.args(["--no-auth", "--listen", "127.0.0.1:0"]);
    let mut running = Running::start(&mut command);
    let line = running
        .line(|line| line.contains("http://"))
        .expect("it serves");
    let address = host_of(url_in(&line));
    let path = place.source().to_str().unwrap().replace('/', "%2F");
    let made = get_json(
        &address,
        &format!("/api/v1/process?path={path}&name=Over+HTTP"),
    );
    assert_eq!(made["status"], "success");
    let id = made["dataset_id"].as_str().unwrap();
    let mut progress = Vec::new();
    let deadline = std::time::Instant::now() + crate::program::PATIENCE;
    loop {
        let dataset = get_json(&address, &format!("/api/v1/dataset/{id}"));
        progress.push(dataset["progress"].as_u64().unwrap());
        if dataset["status_new"] == "READY" {
            assert_eq!(
                (&dataset["n_images"], &dataset["progress"]),
                (&3.into(), &100.into())
            );
            break;
        }
        assert!(
            ["DRAFT", "INDEXING"].contains(&dataset["status_new"].as_str().unwrap()),
            "{dataset}"
        );
        assert!(std::time::Instant::now() < deadline, "{progress:?}");
        std::thread::yield_now();
    }
    assert!(progress.is_sorted(), "{progress:?}");
    assert_eq!(
        number(
            &get_json(&address, &format!("/api/v1/dataset/{id}/stats")),
            "indexed"
        ),
        3
    );
    running.signal("INT");
    let (status, _) = running.end();
    assert_eq!(status.code(), Some(0));
    // What was made over HTTP is what `up` finds.
    assert_eq!(place.report()["dataset_id"], *id);
}
