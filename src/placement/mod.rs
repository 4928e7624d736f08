//! Where stores stand.

pub mod dealer;
