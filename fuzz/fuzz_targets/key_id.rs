//! Ids and secrets: nothing panics, and each has exactly one spelling.

#![no_main]

use lamina_auth::{KeyId, KeyRing, Password, Secret, Ticket, TicketKind};
use lamina_model::{DatasetId, MediaId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(id) = KeyId::parse(text) {
        assert_eq!(id.as_str(), text);
    }
    if let Ok(secret) = Secret::parse(text) {
        assert_eq!(secret.expose(), text);
    }
    for kind in [TicketKind::SetUp, TicketKind::Invitation, TicketKind::PasswordReset] {
        if let Ok(ticket) = Ticket::parse(kind, text) {
            assert_eq!(ticket.expose(), text);
        }
    }
    if let Ok(id) = text.parse::<DatasetId>() {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
        assert_eq!(text.parse::<MediaId>().map(|id| id.as_uuid()), Ok(id.as_uuid()));
    }
    let _ = KeyRing::from_storage_key(text);
    if let Ok(ring) = KeyRing::parse(text) {
        assert!(KeyRing::parse(&ring.to_text()).is_ok());
    }
    let _ = Password::new(text);
});
