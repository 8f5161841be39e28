//! gRPC without generated code: a codec of texts, a client and the answers of a server.

use axum::body::Body;
use bytes::{Buf, BufMut, Bytes};
use http::HeaderMap;
use http_body::Frame;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder, Streaming};
use tonic::{Request, Response, Status};

use crate::{Answer, BoxError};

/// Messages are texts, without a schema.
#[derive(Clone, Copy, Debug, Default)]
pub struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Text;
    type Decoder = Text;

    fn encoder(&mut self) -> Text {
        Text
    }

    fn decoder(&mut self) -> Text {
        Text
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, item: String, target: &mut EncodeBuf<'_>) -> Result<(), Status> {
        target.put_slice(item.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = source.copy_to_bytes(source.remaining());
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

/// A client as `tonic-build` generates it.
#[derive(Clone, Debug)]
pub struct Client<T>(tonic::client::Grpc<T>);

type Path = http::uri::PathAndQuery;

const PATH: Path = Path::from_static("/test.Test/Call");

impl<T> Client<T>
where
    T: tonic::client::GrpcService<tonic::body::Body>,
    T::ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
    <T::ResponseBody as http_body::Body>::Error: Into<tonic::codegen::StdError> + Send,
{
    /// Returns a client over a channel.
    pub fn new(channel: T) -> Client<T> {
        Client(tonic::client::Grpc::new(channel))
    }

    async fn ready(&mut self) -> Result<(), Status> {
        self.0.ready().await.map_err(|error| {
            let error: tonic::codegen::StdError = error.into();
            Status::unknown(format!("service was not ready: {error}"))
        })
    }

    /// Makes a unary call.
    ///
    /// # Errors
    /// As the server answers.
    pub async fn unary(&mut self, request: Request<String>) -> Result<Response<String>, Status> {
        self.ready().await?;
        self.0.unary(request, PATH, Text).await
    }

    /// Makes a call with one request and a stream of responses.
    ///
    /// # Errors
    /// As the server answers.
    pub async fn server_streaming(&mut self, request: &str) -> Result<Response<Streaming<String>>, Status> {
        self.ready().await?;
        self.0.server_streaming(Request::new(request.to_owned()), PATH, Text).await
    }

    /// Makes a call with a stream of requests and one response.
    ///
    /// # Errors
    /// As the server answers.
    pub async fn client_streaming<S>(&mut self, requests: S) -> Result<Response<String>, Status>
    where
        S: tokio_stream::Stream<Item = String> + Send + 'static,
    {
        self.ready().await?;
        self.0.client_streaming(Request::new(requests), PATH, Text).await
    }

    /// Makes a call with a stream of requests and a stream of responses.
    ///
    /// # Errors
    /// As the server answers.
    pub async fn streaming<S>(&mut self, requests: S) -> Result<Response<Streaming<String>>, Status>
    where
        S: tokio_stream::Stream<Item = String> + Send + 'static,
    {
        self.ready().await?;
        self.0.streaming(Request::new(requests), PATH, Text).await
    }
}

/// Returns a message as it is sent: a byte without flags, the length, the text.
///
/// # Panics
/// If it is longer than 4 GiB.
#[must_use]
pub fn message(text: &str) -> Bytes {
    let mut bytes = vec![0];
    bytes.put_u32(u32::try_from(text.len()).expect("it is short"));
    bytes.put_slice(text.as_bytes());
    bytes.into()
}

/// Returns the trailers of a status.
#[must_use]
pub fn trailers(status: &Status) -> HeaderMap {
    status.clone().into_http::<()>().into_parts().0.headers
}

/// Returns a response that is a status alone, in the headers.
#[must_use]
pub fn status_alone(status: &Status) -> http::Response<Body> {
    status.clone().into_http()
}

/// Returns a response of messages, and of a status in its trailers.
///
/// # Errors
/// None.
pub fn stream<S>(messages: S, status: &Status) -> Answer
where
    S: tokio_stream::Stream<Item = Bytes> + Send + 'static,
{
    use tokio_stream::StreamExt;
    let last = Ok::<_, BoxError>(Frame::trailers(trailers(status)));
    let frames = messages.map(|bytes| Ok(Frame::data(bytes))).chain(tokio_stream::once(last));
    let body = Body::new(http_body_util::StreamBody::new(frames));
    Ok(http::Response::builder().header("content-type", "application/grpc").body(body)?)
}

/// Returns a response of one message.
///
/// # Errors
/// None.
pub fn ok(text: &str) -> Answer {
    stream(tokio_stream::once(message(text)), &Status::ok(""))
}

/// Returns the texts of the messages of a whole request.
#[must_use]
pub fn texts(mut bytes: Bytes) -> Vec<String> {
    let mut texts = Vec::new();
    while bytes.len() >= 5 {
        bytes.advance(1);
        let length = bytes.get_u32() as usize;
        texts.push(String::from_utf8_lossy(&bytes.split_to(length)).into_owned());
    }
    texts
}
