//! Any ONNX graph, run in whichever runtime there is: what text models and people's own models
//! need. The default image model has code of its own beside this, which makes no copies.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use ort::session::{Session, SessionInputValue};
use ort::value::TensorRef;
use rten::{Model, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{Tensor, TensorView};

use super::onnxruntime::new_session;

/// Where the bytes of a graph are.
#[derive(Debug, Clone)]
pub(crate) enum GraphSource {
    /// Inside the program.
    Inside(&'static [u8]),
    /// In a file.
    File(PathBuf),
}

/// Which runtime is to run a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GraphRuntime {
    /// ONNX Runtime, whose library was loaded before.
    Onnxruntime,
    /// Pure Rust.
    Pure,
}

impl GraphRuntime {
    /// Its name, for messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Onnxruntime => "ONNX Runtime",
            Self::Pure => "rten",
        }
    }
}

/// The numbers of one input.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Numbers<'a> {
    Floats(&'a [f32]),
    Integers(&'a [i64]),
}

/// One input: its name, its shape, its numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) name: &'a str,
    pub(crate) shape: &'a [usize],
    pub(crate) numbers: Numbers<'a>,
}

/// What came out: a shape and as many numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    pub(crate) shape: Vec<usize>,
    pub(crate) numbers: Vec<f32>,
}

/// A loaded graph. Threads may share it.
pub(crate) struct Graph {
    source: GraphSource,
    runs: Runs,
}

enum Runs {
    /// What is idle is kept: as much as ever ran at once, which callers bound.
    Onnxruntime(Mutex<Vec<Session>>),
    Pure(Box<Model>, Mutex<Vec<Arc<ThreadPool>>>),
}

/// Takes something that is idle, if there is any.
fn taken<T>(idle: &Mutex<Vec<T>>) -> Option<T> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn give_back<T>(idle: &Mutex<Vec<T>>, what: T) {
    let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
    idle.push(what);
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Graph")
            .field("runtime", &self.runtime())
            .finish_non_exhaustive()
    }
}

impl Graph {
    /// Loads a graph; the message says why the runtime refuses it.
    pub(crate) fn load(source: GraphSource, runtime: GraphRuntime) -> Result<Self, String> {
        let runs = match runtime {
            GraphRuntime::Onnxruntime => Runs::Onnxruntime(Mutex::new(vec![new_session(&source)?])),
            GraphRuntime::Pure => {
                let model = match &source {
                    GraphSource::Inside(bytes) => Model::load_static_slice(bytes),
                    GraphSource::File(path) => Model::load_file(path),
                };
                let model = model.map_err(|error| error.to_string())?;
                Runs::Pure(Box::new(model), Mutex::default())
            }
        };
        Ok(Self { source, runs })
    }

    pub(crate) fn runtime(&self) -> GraphRuntime {
        match self.runs {
            Runs::Onnxruntime(_) => GraphRuntime::Onnxruntime,
            Runs::Pure(..) => GraphRuntime::Pure,
        }
    }

    /// Runs it for one of its outputs, or of the values in between where the runtime is pure
    /// Rust; the message says what failed.
    pub(crate) fn run(&self, inputs: &[Input<'_>], output: &str) -> Result<Output, String> {
        match &self.runs {
            Runs::Onnxruntime(idle) => {
                let mut session = match taken(idle) {
                    Some(session) => session,
                    None => new_session(&self.source)?,
                };
                let ran = run_session(&mut session, inputs, output);
                give_back(idle, session);
                ran
            }
            Runs::Pure(model, idle) => {
                let threads =
                    taken(idle).unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
                let ran = run_model(model, inputs, output, Arc::clone(&threads));
                give_back(idle, threads);
                ran
            }
        }
    }
}

fn run_session(
    session: &mut Session,
    inputs: &[Input<'_>],
    output: &str,
) -> Result<Output, String> {
    let mut values: Vec<(&str, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let value: SessionInputValue<'_> = match input.numbers {
            Numbers::Floats(numbers) => TensorRef::from_array_view((input.shape, numbers))
                .map_err(|error| error.to_string())?
                .into(),
            Numbers::Integers(numbers) => TensorRef::from_array_view((input.shape, numbers))
                .map_err(|error| error.to_string())?
                .into(),
        };
        values.push((input.name, value));
    }
    let outputs = session.run(values).map_err(|error| error.to_string())?;
    let found = outputs
        .get(output)
        .ok_or_else(|| format!("it has no output named {output}"))?;
    let (shape, numbers) = found
        .try_extract_tensor::<f32>()
        .map_err(|error| error.to_string())?;
    Ok(Output {
        shape: shape
            .iter()
            .map(|side| usize::try_from(*side).unwrap_or(0))
            .collect(),
        numbers: numbers.to_vec(),
    })
}

fn run_model(
    model: &Model,
    inputs: &[Input<'_>],
    output: &str,
    threads: Arc<ThreadPool>,
) -> Result<Output, String> {
    let mut values: Vec<(_, ValueOrView<'_>)> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let id = model
            .node_id(input.name)
            .map_err(|_| format!("it has no input named {}", input.name))?;
        let value: ValueOrView<'_> = match input.numbers {
            Numbers::Floats(numbers) => TensorView::from_data(input.shape, numbers).into(),
            // This runtime counts in 32 bits, whatever the file says.
            Numbers::Integers(numbers) => {
                let narrow = |number: &i64| i32::try_from(*number);
                let numbers: Result<Vec<i32>, _> = numbers.iter().map(narrow).collect();
                let numbers = numbers.map_err(|_| "an input is beyond 32 bits".to_owned())?;
                Value::from(Tensor::from_data(input.shape, numbers)).into()
            }
        };
        values.push((id, value));
    }
    let id = model
        .node_id(output)
        .map_err(|_| format!("it has no output named {output}"))?;
    let options = RunOptions::default().with_thread_pool(Some(threads));
    let found = model
        .run(values, &[id], Some(options))
        .map_err(|error| error.to_string())?
        .pop();
    let found: Tensor<f32> = found
        .ok_or("it gave nothing")?
        .try_into()
        .map_err(|_| format!("its output {output} is not of f32"))?;
    Ok(Output {
        shape: found.shape().to_vec(),
        numbers: found.to_vec(),
    })
}
