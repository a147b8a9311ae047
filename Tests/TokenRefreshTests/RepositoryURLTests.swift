import Testing
import TokenRefresh

@Suite struct RepositoryURLTests {
    @Test(
        "A repository's URL gives the API, the owner and the name",
        arguments: [
            ("https://github.com/o/r.git", "https://api.github.com", "o", "r"),
            ("https://username@github.com/o/r.git", "https://api.github.com", "o", "r"),
            ("https://user:word@github.com/o/r", "https://api.github.com", "o", "r"),
            ("https://ghes:8443/o/r.git", "https://ghes:8443/api/v3", "o", "r"),
            ("https://ghes:443/o/r", "https://ghes/api/v3", "o", "r"),
            ("git@ghes:o/r.git", "https://ghes/api/v3", "o", "r"),
            ("https://github.com/o/my.repo.git", "https://api.github.com", "o", "my.repo"),
            ("git@github.com:o/my.repo.git", "https://api.github.com", "o", "my.repo"),
            ("https://github.com/o/r.git.git", "https://api.github.com", "o", "r.git"),
            ("https://GitHub.com/o/r", "https://api.github.com", "o", "r"),
            ("https://www.github.com/o/r", "https://api.github.com", "o", "r"),
            ("HTTPS://github.com/O/R/", "https://api.github.com", "O", "R"),
            ("https://github.com/o/r/tree/main?x=1#y", "https://api.github.com", "o", "r"),
            ("https://acme.ghe.com/o/r", "https://api.acme.ghe.com", "o", "r"),
            ("git@acme.ghe.com:o/r.git", "https://api.acme.ghe.com", "o", "r"),
            ("git@ssh.github.com:443/o/r.git", "https://api.github.com", "o", "r"),
            ("ssh://git@ssh.github.com:443/o/r.git", "https://api.github.com", "o", "r"),
            ("ssh://git@ghes/o/r.git", "https://ghes/api/v3", "o", "r"),
            ("git://ghes/o/r.git", "https://ghes/api/v3", "o", "r"),
            ("ssh://git@ghes:2222/o/r.git", "https://ghes/api/v3", "o", "r"),
            ("org-123@github.com:o/r.git", "https://api.github.com", "o", "r"),
            ("http://ghes/o/r", "https://ghes/api/v3", "o", "r"),
            ("http://ghes:80/o/r", "https://ghes/api/v3", "o", "r"),
            ("https://[::1]:8443/o/r", "https://[::1]:8443/api/v3", "o", "r"),
        ])
    func table(_ text: String, _ api: String, _ owner: String, _ name: String) throws {
        let repository = try #require(RepositoryURL(text))
        let host = try #require(repository.host)
        #expect(GitHubAPI(webHost: host).url == api)
        #expect(repository.owner == owner)
        #expect(repository.name == name)
    }

    @Test("The short form names no host, which means the default")
    func short() {
        #expect(RepositoryURL("owner/repo") == RepositoryURL(host: nil, owner: "owner", name: "repo"))
    }

    @Test(
        "What is no URL of a repository gives nil",
        arguments: [
            "", "repo", "https://github.com", "https://github.com/", "https://github.com/o",
            "https://github.com/o/.git", "https:///o/r", "https://user@/o/r", "file:///o/r", "https://gh es/o/r",
            "https://ghes:0/o/r", "https://ghes:99999/o/r", "https://-ghes/o/r", "a/b/c", "git@:o/r", "git@@ghes:o/r",
            "https://ghes%2ecom/o/r", "https://github.com\\.evil.example.com/o/r",
        ])
    func refuses(_ text: String) {
        #expect(RepositoryURL(text) == nil)
    }
}
