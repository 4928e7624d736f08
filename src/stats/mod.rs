//! Chance and what can be said about it: keyed random streams, exact tables, intervals.
//!
//! Everything here is pure Rust over `libm`, so that a draw and a table have the same bits on every machine.
//!
//! - [`stream`]: random numbers that are a function of a key, so that any draw can be computed again on request.
//! - [`poisson`], [`alias`], [`threshold`], [`normal`]: what is drawn from them.
//! - [`quasi`]: points more even than chance.
//! - [`interval`], [`sketch`], [`control`], [`sequential`], [`knockout`], [`least_squares`]: what is concluded.

pub mod alias;
pub mod control;
pub mod interval;
pub mod knockout;
pub mod least_squares;
pub mod matrix;
pub mod newton;
pub mod normal;
pub mod poisson;
pub mod quasi;
pub mod sequential;
pub mod simplex;
pub mod sketch;
pub mod special;
pub mod stream;
pub mod threshold;
