//! The GPU: which adapter, which devices, who holds how many bytes, and what went wrong.
//!
//! There is one adapter and at most two logical devices on it: the window's, made by eframe (or [`GpuContext::headless`]
//! on the command line), and a compute device that [`compute`] makes when the first model or kernel asks for it.
//! Everything that allocates goes through the [`Ledger`], so that the System panel can name an owner for every byte.

pub mod adapter;
pub mod compute;
mod context;
mod errors;
mod ledger;
pub mod memory;
mod readback;
mod shaders;

pub use context::{GpuContext, GpuError, window_device_descriptor};
pub use errors::{ErrorSink, GpuFault};
pub use ledger::{Holding, Ledger, LedgerBuffer, LedgerTexture, Owner, OwnerBytes};
pub use readback::{RgbaReadback, read_buffer, read_rgba};
pub use shaders::{SHADERS, Shader};
