#![doc = include_str!("model.md")]

mod arrange;
mod carrier;
pub mod certificate;
mod loader;
#[cfg(test)]
mod tests;

pub use arrange::{Arrangement, arrange};
pub use carrier::{
    Bearing, Car, Carrier, Class, Deck, Equipment, Headroom, Item, Kilograms, Millimetres, Policy, Slot,
};
pub use loader::Loader;
