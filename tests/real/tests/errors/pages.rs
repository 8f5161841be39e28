//! The programs that the adapters' pages have to be copied. They are there to compile; servers run such ones in `examples/` and
//! in the tests of chaos.

macro_rules! pages {
    ($($name:ident: $page:literal),* $(,)?) => {
        $(
            #[expect(dead_code, reason = "it is there to compile")]
            mod $name;
        )*

        /// Each page, and its program.
        const PAGES: &[(&str, &str, &str)] = &[$((
            $page,
            include_str!(concat!("../../../../docs/book/src/adapters/", $page, ".md")),
            include_str!(concat!("pages/", stringify!($name), ".rs")),
        )),*];
    };
}

pages! {
    async_nats: "async-nats",
    etcd_client: "etcd-client",
    lapin: "lapin",
    object_store: "object_store",
    opendal: "opendal",
    redis: "redis",
    russh: "russh",
    russh_sftp: "russh-sftp",
}

#[test]
fn a_page_has_its_program() {
    for (name, page, program) in PAGES {
        assert!(
            page.contains(&format!("```text\n{program}```\n")),
            "docs/book/src/adapters/{name}.md has another program"
        );
    }
}
