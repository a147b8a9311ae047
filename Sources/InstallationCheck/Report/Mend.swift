/// What several links are mended by.
enum Mend {
    static let install =
        "apply the manifests of this version again, for example: kubectl apply --server-side -f manifests/install.yaml"
}
