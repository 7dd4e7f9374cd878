//! The guide, as the program serves it.

use crate::app::TestApp;

#[tokio::test]
async fn every_page_of_the_guide_is_listed_and_served_as_page_and_as_markdown() {
    let app = TestApp::new().await;
    let list = app.get("/llms.txt").await;
    assert_eq!(list.header("content-type"), "text/plain; charset=utf-8");
    assert!(list.text().starts_with("# Lamina\n"), "{}", list.text());
    let pages: Vec<&str> = list
        .text()
        .split("](")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap())
        .collect();
    assert!(pages.len() > 7, "{pages:?}");
    for address in pages {
        let answer = app.get(address).await;
        assert_eq!(answer.status, 200, "{address}");
        let Some(page) = address.strip_suffix(".md") else {
            continue;
        };
        assert_eq!(
            answer.header("content-type"),
            "text/markdown; charset=utf-8"
        );
        let title = answer
            .text()
            .lines()
            .next()
            .unwrap()
            .trim_start_matches("# ");
        let page = app.get(page).await;
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.text().contains(&format!("{title}</h1>")), "{address}");
        assert!(
            !page.text().contains("<script"),
            "{address} needs no scripts"
        );
    }
    for address in ["/docs", "/docs/"] {
        assert!(
            app.get(address)
                .await
                .text()
                .contains("/docs/authentication"),
            "{address}"
        );
    }
    assert_eq!(app.get("/docs/nothing").await.status, 404);
    assert_eq!(app.get("/docs/nothing.md").await.status, 404);
}
