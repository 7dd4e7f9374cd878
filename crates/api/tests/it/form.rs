//! Multipart forms, as browsers and curl write them.

/// The content type of every form here.
pub(crate) const FORM: &str = "multipart/form-data; boundary=lamina-test";

/// A form of these fields: name, file name where it is a file, content.
pub(crate) fn form(fields: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in fields {
        body.extend_from_slice(b"--lamina-test\r\n");
        let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: image/png"));
        let file = file.unwrap_or_default();
        let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--lamina-test--\r\n");
    body
}
