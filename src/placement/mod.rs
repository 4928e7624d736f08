//! Where stores stand: the dealer problem of a car maker ([`dealer`]), and the classic problems of location science, each
//! in a room of its own, over shared tools.
//!
//! | room | problem | road to the proof |
//! |---|---|---|
//! | [`median`] | p-median | Lagrangian tree that falls into independent parts ([`descent`]) |
//!
//! The shared tools are the cost lists ([`costs`]), the swap search ([`swap`]), the Lagrangian ([`ascent`]), the
//! branch-and-cut loop ([`branch`]) and the words for limits and answers ([`control`]).

pub mod ascent;
pub mod branch;
pub mod capture;
pub mod centre;
pub mod compact;
pub mod control;
pub mod costs;
pub mod covering;
pub mod dealer;
pub mod descent;
pub mod dice;
pub mod facility;
pub mod location;
pub mod median;
pub mod plane;
pub mod prefix;
pub mod swap;
