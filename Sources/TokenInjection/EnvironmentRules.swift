import RawJSON

extension Planning {
    /// Adds the variables that a container lacks.
    ///
    /// - Parameters:
    ///   - exists: the container has a list of variables.
    ///   - withGit: the container gets the mount now, so git is told about it too. One that came with the mount was wired
    ///     by Kelos, which has its own way with git.
    mutating func wireEnvironment(
        of container: borrowing ContainerView, _ survey: borrowing EnvironmentSurvey, exists: Bool,
        _ secret: borrowing SecretReference, withGit: Bool
    ) {
        var environment = PatchWriter.Environment(of: container.place, exists: exists)

        if survey.token == nil { writer.addTokenVariable(&environment, TokenNames.Variable.token, secret) }
        let host = GitHubHost(of: survey)
        switch host {
        case .gitHub, .dataResidency:
            if survey.ghToken == nil { writer.addTokenVariable(&environment, TokenNames.Variable.ghToken, secret) }
        case .enterpriseServer:
            if survey.ghEnterpriseToken == nil {
                writer.addTokenVariable(&environment, TokenNames.Variable.ghEnterpriseToken, secret)
            }
        case .unknown:
            // The wrapper sees the host for itself.
            let leavesGH = !wantsWrapper && survey.ghToken == nil && survey.ghEnterpriseToken == nil
            if withGit || leavesGH {
                findings.warn(
                    "Container \(Findings.quoted(container.name)) has a GH_HOST that cannot be told beforehand: "
                        + (wantsWrapper ? "git is left as it is in it." : "gh and git are left as they are in it."))
            }
        }
        setTokenFile(survey, &environment, of: container)
        if withGit, let name = host.name { wireGit(survey, &environment, of: container, host: name) }
        writer.end(environment)
    }

    private mutating func setTokenFile(
        _ survey: borrowing EnvironmentSurvey, _ environment: inout PatchWriter.Environment,
        of container: borrowing ContainerView
    ) {
        var index: Int?
        if let tokenFile = survey.tokenFile {
            if tokenFile.isLiteral(TokenNames.filePath) { return }
            index = tokenFile.index
            findings.warn(
                "Container \(Findings.quoted(container.name)) sets \(TokenNames.Variable.tokenFile) to something else: "
                    + "it is replaced by \(TokenNames.filePath).")
        }
        writer.setVariable(&environment, replacing: index, TokenNames.Variable.tokenFile) { value in
            value.append("\"/kelos/github-token/GITHUB_TOKEN\"")
        }
    }
}
