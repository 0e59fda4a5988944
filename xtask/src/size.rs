//! `cargo xtask size`: what each entry weighs, beside its peers, and which functions weigh most.

use crate::failure::Outcome;
use crate::{bench, module, peers, place, progress, toolchain};
use std::process::Command;

/// Prints the tables.
pub(crate) fn run() -> Outcome<()> {
    let node = module::make_all(&module::ENTRIES)?;
    let named = module::named(&module::ENTRIES)?;
    let peers = peers::install()?;
    let programs = bench::programs()?;
    let mut command = toolchain::clean(Command::new(node));
    command.arg(place::root().join("xtask/node/size.mjs")).arg(peers).args(programs).args(named).current_dir(place::root());
    println!("\n{}", progress::must("weigh everything", &mut command)?);
    Ok(())
}
