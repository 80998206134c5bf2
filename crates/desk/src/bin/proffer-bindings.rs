//! Writes the TypeScript types of `proffer_desk::api` for the UI, or checks that they are fresh.
//!
//! `proffer-bindings --out ui/src/bindings [--check]`

use anyhow::{Context, bail};
use proffer_desk::api::*;
use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};
use ts_rs::{Config, TS, TypeVisitor};

const HEAD: &str = "// Made from the Rust types by `npm run gen`. Do not edit.\n\n";

/// Collects the declaration of a type and of all it is made of.
struct Declarations<'a> {
    config: &'a Config,
    found: BTreeMap<String, String>,
}

impl Declarations<'_> {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            T::visit_generics(self);
            return;
        }
        let name = T::ident(self.config);
        if self.found.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        self.found
            .insert(name, format!("{docs}export {}", T::decl_concrete(self.config)));
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

macro_rules! describe_requests {
    ($($(#[doc = $doc:literal])* $name:ident($request:ty) -> $response:ty;)*) => {
        fn describe(declarations: &mut Declarations<'_>, config: &Config) -> String {
            let mut map = String::new();
            $(
                declarations.add::<$request>();
                declarations.add::<$response>();
                $(writeln!(map, "  /**{} */", $doc).expect("a string takes it");)*
                writeln!(
                    map,
                    "  {}: {{ request: {}; response: {} }};",
                    stringify!($name), <$request as TS>::name(config), <$response as TS>::name(config),
                )
                .expect("a string takes it");
            )*
            map
        }
    };
}
proffer_desk::for_each_request!(describe_requests);

fn main() -> anyhow::Result<()> {
    let mut out: Option<PathBuf> = None;
    let mut check = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => out = arguments.next().map(PathBuf::from),
            "--check" => check = true,
            other => bail!("{other} is not an option; use --out DIR [--check]"),
        }
    }
    let file = out.context("say where to write: --out DIR")?.join("index.ts");
    let config = Config::new().with_large_int("number");
    let mut declarations = Declarations {
        config: &config,
        found: BTreeMap::new(),
    };
    let map = describe(&mut declarations, &config);
    declarations.add::<DeskEvent>();
    let mut text = String::from(HEAD);
    for declaration in declarations.found.values() {
        write!(text, "{declaration}\n\n")?;
    }
    write!(
        text,
        "/** Every request, with what it takes and what it gives. */\nexport type Requests = {{\n{map}}};\n"
    )?;
    if check {
        let present = std::fs::read_to_string(&file).unwrap_or_default();
        if present != text {
            bail!("{} is stale: run `npm run gen`", file.display());
        }
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}
