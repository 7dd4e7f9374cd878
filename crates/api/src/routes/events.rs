//! Background work told while it happens, as server-sent events (HTML Living Standard, 9.2).
//!
//! One connection tells of all tasks that the caller may see. It ends by itself after a few
//! minutes, so that rights are asked anew, and at once when the server stops; a browser then
//! connects again. Who hears nothing for a while asks `/tasks`.

use std::{
    collections::HashMap,
    convert::Infallible,
    time::{Duration, Instant},
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use lamina_engine::{Caller, Error};
use lamina_model::JobId;

use crate::{AppState, error::ApiError, extract::caller, serve::Stopping, wire::task::TaskJson};

/// How often the state of the work is looked at.
const BEAT: Duration = Duration::from_secs(1);
/// After so much silence a line says that the connection lives.
const SILENCE: Duration = Duration::from_secs(15);
/// How long a connection is kept.
const LONGEST: Duration = Duration::from_mins(5);

/// Tells of background work while it happens, as server-sent events: `task` with a task whenever
/// it begins, goes on or ends, `idle` when nothing is at work. The stream ends after five minutes;
/// connect again.
#[utoipa::path(
    get,
    path = "/api/v1/tasks/events",
    tag = "tasks",
    responses((status = OK, description = "Events whose data are tasks", body = TaskJson, content_type = "text/event-stream"))
)]
pub(crate) async fn watch_tasks(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    request: Request,
) -> Result<Response, ApiError> {
    let stopping = request.extensions().get::<Stopping>().cloned();
    let mut watch = Watch {
        state,
        caller,
        stopping,
        told: HashMap::new(),
        idle: false,
        began: Instant::now(),
        last: Instant::now(),
    };
    // The first look is part of the answer, so that what goes wrong has a status.
    let first = watch.look().await?;
    let rest = stream::unfold(watch, |mut watch| async {
        let more = watch.next().await?;
        Some((Ok::<_, Infallible>(more), watch))
    });
    let all = futures_util::StreamExt::chain(
        stream::once(std::future::ready(Ok(Bytes::from(first)))),
        rest,
    );
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Proxies of the nginx family would else hold events back.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, Body::from_stream(all)).into_response())
}

/// One connection: what it was told so far.
struct Watch {
    state: AppState,
    caller: Caller,
    stopping: Option<Stopping>,
    /// The last event of each task that is at work.
    told: HashMap<JobId, String>,
    idle: bool,
    began: Instant,
    last: Instant,
}

impl Watch {
    /// The next events; nothing when the connection is to end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            // Without a socket nobody would say when to stop: the first look is all.
            let stopping = self.stopping.as_mut()?;
            let stopped = tokio::time::timeout(BEAT, stopping.stopped()).await.is_ok();
            if stopped || self.began.elapsed() > LONGEST {
                return None;
            }
            let events = self.look().await.ok()?;
            if !events.is_empty() {
                self.last = Instant::now();
                return Some(Bytes::from(events));
            }
            if self.last.elapsed() > SILENCE {
                self.last = Instant::now();
                return Some(Bytes::from_static(b":\n\n"));
            }
        }
    }

    /// What has changed since the last look.
    async fn look(&mut self) -> Result<String, Error> {
        let engine = self.state.engine();
        let mut events = String::new();
        let mut gone = std::mem::take(&mut self.told);
        for (job, dataset) in engine.live_jobs(&self.caller).await? {
            let owner = engine.owner_of(&self.caller, &dataset).await?;
            let event = event("task", &TaskJson::new(&job, &dataset, owner));
            if gone.remove(&job.id).as_ref() != Some(&event) {
                events.push_str(&event);
            }
            self.told.insert(job.id, event);
        }
        for id in gone.into_keys() {
            // A dataset that was deleted takes its tasks along.
            let job = match engine.job(id).await {
                Err(Error::NotFound { .. }) => continue,
                other => other?,
            };
            if let Some(dataset) = engine.seen_by(&self.caller, job.dataset_id).await? {
                let owner = engine.owner_of(&self.caller, &dataset).await?;
                events.push_str(&event("task", &TaskJson::new(&job, &dataset, owner)));
            }
        }
        let idle = self.told.is_empty();
        if idle && !self.idle {
            events.push_str("event: idle\ndata: {}\n\n");
        }
        self.idle = idle;
        Ok(events)
    }
}

fn event(name: &str, task: &TaskJson) -> String {
    let data = serde_json::to_string(task).expect("a task is plain JSON");
    format!("event: {name}\ndata: {data}\n\n")
}
