//! Commands over HTTP: each is read, carried out once by its key, and answered with the document it leads to.

/// Makes the handlers of commands, each with its place in the OpenAPI document.
///
/// `name: "path" in "tag" runs Variant(id: IdType, body: RequestType) gives DocumentType;`, either argument left out
/// where the command has none.
macro_rules! commands {
    ($($(#[doc = $doc:literal])+ $name:ident: $path:literal in $tag:literal runs $variant:ident($($arguments:tt)*) gives $answer:ident;)+) => {
        $($crate::api::commands::commands!(@read [$(#[doc = $doc])+] $name $path $tag $variant $answer ($($arguments)*));)+
    };
    (@read $docs:tt $name:ident $path:literal $tag:literal $variant:ident $answer:ident (id: $id:ident)) => {
        $crate::api::commands::commands!(@write $docs $name $path $tag $answer
            [("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)] []
            [Id(id): Id<$id>] [Command::$variant(id)]);
    };
    (@read $docs:tt $name:ident $path:literal $tag:literal $variant:ident $answer:ident (body: $request:ident)) => {
        $crate::api::commands::commands!(@write $docs $name $path $tag $answer
            [("Idempotency-Key" = uuid::Uuid, Header)] [request_body = $request,]
            [Body(request): Body<$request>] [Command::$variant(request)]);
    };
    (@read $docs:tt $name:ident $path:literal $tag:literal $variant:ident $answer:ident (id: $id:ident, body: $request:ident)) => {
        $crate::api::commands::commands!(@write $docs $name $path $tag $answer
            [("id" = uuid::Uuid, Path), ("Idempotency-Key" = uuid::Uuid, Header)] [request_body = $request,]
            [Id(id): Id<$id>, Body(request): Body<$request>] [Command::$variant(id, request)]);
    };
    (@write [$($docs:tt)+] $name:ident $path:literal $tag:literal $answer:ident
        [$($params:tt)*] [$($body:tt)*] [$($reads:tt)*] [$command:expr]) => {
        $($docs)+
        #[utoipa::path(
            post, path = $path, tag = $tag, security(("bearer" = [])), params($($params)*), $($body)*
            responses(
                (status = 200, body = $answer),
                (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
                (status = 409, body = Problem), (status = 422, body = Problem),
                (status = 429, body = Problem, headers(("Retry-After" = u64, description = "Seconds to wait"))),
            ),
        )]
        pub async fn $name(
            State(app): State<App>,
            caller: Caller,
            Key(key): Key,
            $($reads)*
        ) -> Result<Json<Document>, ApiProblem> {
            Ok(Json(app.flow.execute(&caller.account, key, &$command).await?))
        }
    };
}

pub(super) use commands;
