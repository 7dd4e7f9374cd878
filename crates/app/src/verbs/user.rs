//! `lamina user`: accounts from a shell of the machine.

use std::io::BufRead;

use anyhow::{Context, Result, bail};
use lamina_engine::{Caller, Engine, NewUser, Origin, UserEdit};
use lamina_model::WorkspaceRole;
use zeroize::Zeroizing;

use crate::{cli::User, config::Config, exit::Exit, terminal, wire_up};

/// Does it.
pub(crate) async fn run(wish: User, config: &Config) -> Result<Exit> {
    let wired = wire_up::with_accounts(config).await?;
    let done = act(&wired.engine, wish).await;
    wired.store.close().await;
    done.map(|()| Exit::Fine)
}

async fn act(engine: &Engine, wish: User) -> Result<()> {
    let (caller, origin) = (Caller::Local, Origin::default());
    match wish {
        User::Add {
            email,
            role,
            name,
            password_stdin: _,
        } => {
            let Some(role) = WorkspaceRole::from_word(&role) else {
                bail!("there is no role {role:?}; there are viewer, editor and admin");
            };
            let wish = NewUser {
                email,
                display_name: name,
                password: Some(password_from_stdin()?),
                role,
                enabled: true,
                must_change_password: false,
            };
            let user = engine.add_user(&caller, wish, &origin).await?;
            terminal::say(&format!("added {} as {}", user.email, user.role.as_str()));
        }
        User::List => {
            let mut offset = 0;
            loop {
                let page = engine.users(&caller, None, offset, 1000).await?;
                for user in &page.users {
                    let state = if user.enabled { "" } else { "  disabled" };
                    terminal::say(&format!("{}  {}{state}", user.email, user.role.as_str()));
                }
                offset += page.users.len();
                if page.users.is_empty() {
                    break;
                }
            }
        }
        User::Disable { email } => {
            switch(engine, &email, false).await?;
            terminal::say(&format!(
                "disabled {email}: their sessions ended and their keys no longer count"
            ));
        }
        User::Enable { email } => {
            switch(engine, &email, true).await?;
            terminal::say(&format!("enabled {email}"));
        }
        User::ResetPassword {
            email,
            password_stdin: _,
        } => {
            let password = password_from_stdin()?;
            engine
                .reset_password(&caller, &email, &password, &origin)
                .await?;
            terminal::say(&format!(
                "set the password of {email}; they choose their own at the next sign-in"
            ));
        }
        User::Delete { email } => {
            engine.delete_user(&caller, &email, &origin).await?;
            terminal::say(&format!("deleted {email}"));
        }
    }
    Ok(())
}

async fn switch(engine: &Engine, email: &str, enabled: bool) -> Result<()> {
    let edit = UserEdit {
        enabled: Some(enabled),
        ..UserEdit::default()
    };
    engine
        .edit_user(&Caller::Local, email, edit, &Origin::default())
        .await?;
    Ok(())
}

/// The first line of standard input, without its line break.
fn password_from_stdin() -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read the password from standard input")?;
    let password = line.strip_suffix('\n').map_or(line.as_str(), |line| {
        line.strip_suffix('\r').unwrap_or(line)
    });
    if password.is_empty() {
        bail!(
            "standard input holds no password; for example: printf '%s\\n' \"$PASSWORD\" | lamina user add …"
        );
    }
    Ok(Zeroizing::new(password.to_owned()))
}
