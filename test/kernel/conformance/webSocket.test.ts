/** The conformance suite over the kernel's own gateway. */
import { conformanceSuite } from "./conformanceSuite";
import { webSocketKernel } from "./webSocketKernel";

conformanceSuite("WebSocket", webSocketKernel);
