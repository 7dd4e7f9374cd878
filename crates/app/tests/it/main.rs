//! The built program as a black box: what it prints, what it answers, how it ends.

mod killed;
mod names;
mod program;
mod sample;
mod serving;
mod settings;
mod up;
