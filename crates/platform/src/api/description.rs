//! What the OpenAPI document says of every route alike, so that no route has to say it.

use proffer_protocol::{PROTOCOL_VERSION, PROTOCOL_VERSION_HEADER};
use utoipa::openapi::{
    Content, HeaderBuilder, HttpMethod, KnownFormat, ObjectBuilder, OneOfBuilder, OpenApi, Ref, RefOr, Response,
    ResponseBuilder, Schema, SchemaFormat, Type,
    path::Operation,
    schema::{AnyOf, SchemaType},
};

/// The schema of errors.
const PROBLEM: &str = "#/components/schemas/Problem";
/// The media type of errors.
const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// Completes the document.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        if !path.starts_with("/v1/") {
            continue;
        }
        for (method, operation) in [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Delete, &mut item.delete),
        ] {
            if let Some(operation) = operation {
                complete_operation(path, &method, operation);
            }
        }
    }
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete_responses(operation);
        }
    }
    let schemas = document
        .components
        .iter_mut()
        .flat_map(|components| &mut components.schemas);
    for (name, schema) in schemas {
        // A document is of the type that its change names; its form alone can fit more than one.
        if let ("Document", RefOr::T(Schema::OneOf(one_of))) = (name.as_str(), &mut *schema) {
            let mut any_of = AnyOf::new();
            any_of.items = std::mem::take(&mut one_of.items);
            any_of.description = one_of.description.take();
            *schema = RefOr::T(Schema::AnyOf(any_of));
        }
        if let RefOr::T(schema) = schema {
            say_what_may_be_null(schema);
        }
    }
}

/// A time that may be missing is a time or nothing: said as two types of one form, the form would be for nothing as well.
fn say_what_may_be_null(schema: &mut Schema) {
    let Schema::Object(object) = schema else { return };
    for property in object.properties.values_mut() {
        let RefOr::T(Schema::Object(time)) = property else {
            continue;
        };
        let is_time = time.format == Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
        if is_time && time.schema_type == SchemaType::from_iter([Type::String, Type::Null]) {
            let description = time.description.take();
            time.schema_type = SchemaType::new(Type::String);
            let nothing = ObjectBuilder::new().schema_type(Type::Null);
            let either = OneOfBuilder::new()
                .item(time.clone())
                .item(nothing)
                .description(description);
            *property = RefOr::T(Schema::OneOf(either.build()));
        }
    }
}

/// The refusals that any request can meet.
fn complete_operation(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let mut refusals = vec![
        ("426", "The desk speaks another version of the protocol."),
        (
            "500",
            "The platform failed; what happened is unknown. Send the same request again.",
        ),
        ("503", "The platform is busy or stopping. Send the same request again."),
    ];
    let takes_input = operation.request_body.is_some() || operation.parameters.is_some();
    if takes_input && *method != HttpMethod::Delete {
        refusals.push(("400", "The request could not be read."));
    }
    if operation.request_body.is_some() {
        refusals.push(("413", "The body is larger than the platform takes."));
    }
    if path.ends_with("/accept") {
        refusals.push(("402", "The price has to be paid first, on the offer's page."));
    }
    for (status, description) in refusals {
        let problem = Content::new(Some(Ref::new(PROBLEM)));
        let response = ResponseBuilder::new()
            .description(description)
            .content(PROBLEM_MEDIA_TYPE, problem)
            .build();
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
}

/// Every response names the protocol's version; errors have a media type of their own.
fn complete_responses(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        if let Some(problem) = problem_of(response) {
            response.content.clear();
            response.content.insert(PROBLEM_MEDIA_TYPE.to_owned(), problem);
        }
        let version = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(PROTOCOL_VERSION))
            .maximum(Some(PROTOCOL_VERSION));
        let header = HeaderBuilder::new()
            .schema(Some(version))
            .description(Some("The protocol's version that is spoken here."))
            .build();
        response
            .headers
            .insert(PROTOCOL_VERSION_HEADER.to_owned(), RefOr::T(header));
    }
}

/// The content of a response that is an error.
fn problem_of(response: &Response) -> Option<RefOr<Content>> {
    let content = response.content.values().find(|content| {
        let RefOr::T(content) = content else { return false };
        matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location == PROBLEM)
    });
    content.cloned()
}
