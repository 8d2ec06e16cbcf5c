#[tokio::main]
async fn main() -> Result<(), kiriwake::demo::Error> {
    kiriwake::channel::tls::install();
    kiriwake::demo::run().await
}
