//! Routes whose paths can be listed, so that a test can ask for each of them.

use crate::App;
use axum::{Router, routing::MethodRouter};

/// Routes and their paths.
pub(crate) struct RouteTable {
    router: Router<App>,
    paths: Vec<&'static str>,
}

impl RouteTable {
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            paths: Vec::new(),
        }
    }

    /// Adds a route.
    pub fn route(mut self, path: &'static str, methods: MethodRouter<App>) -> Self {
        self.router = self.router.route(path, methods);
        self.paths.push(path);
        self
    }

    /// The routes, to be layered and served.
    pub fn into_router(self) -> Router<App> {
        self.router
    }

    /// The paths.
    pub fn into_paths(self) -> Vec<&'static str> {
        self.paths
    }
}
