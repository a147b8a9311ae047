/// The rules that a review is decided by. The path of the request names them, not the object in it.
package enum ReviewRules: Sendable {
    /// Pods get the token.
    case pods

    /// `podOverrides` of Kelos objects are checked.
    case kelosObjects
}
