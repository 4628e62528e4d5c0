//! Asking a library: what is typed becomes terms, each term ranks or filters, and the rankings are fused.

pub mod calibration;
pub mod complete;
pub mod fusion;
pub mod parse;
pub mod terms;

pub use self::terms::{
    CivilDate, Filter, NumberField, NumberRange, Presence, Query, Shape, Term, TermKind, TextField,
};
