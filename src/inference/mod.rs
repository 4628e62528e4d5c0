//! Models: one thread owns every tensor, on a device that is made when it is first asked for.
//!
//! burn's memory pools are per thread, so a second thread with tensors would double the memory. Others send closures
//! through a bounded queue and get plain data back.

mod worker;

pub use worker::{Compute, ComputePath, Inference, InferenceError};
