package import HTTPSemantics

package final class HTTP2Engine: HTTPEngine {
    package init(limits: HTTPLimits, budget: BodyBudget) {}
    package func receive(_ input: RawSpan, handler: any RequestHandler) {}
    package func receiveEnd() {}
    package func produceOutput() {}
    package var output: [UInt8] = []
    package var waiting: HTTPWait { HTTPWait(.request, ordinal: 0) }
    package var isFinished: Bool { false }
    package var needsLingeringClose: Bool { false }
    package func beginDrain() {}
    package func deadlinePassed() {}
}
