// `whip-whep`, the WHEP client of Medooze, in Node with the WebRTC of `@roamhq/wrtc`: sound, candidates after the offer, the end.
import wrtc from "@roamhq/wrtc";
import { WHEPClient } from "whip-whep/whep.js";
import { call, check, run, text, token, url } from "./calls.mjs";

Object.assign(globalThis, { RTCPeerConnection: wrtc.RTCPeerConnection });
const address = `${url}/whep?voice=af_heart&text=${encodeURIComponent(text)}`;

async function view(key) {
  const peer = new wrtc.RTCPeerConnection();
  peer.addTransceiver("audio", { direction: "recvonly" });
  const track = new Promise((found) => { peer.ontrack = (event) => found(event.track); });
  const client = new WHEPClient();
  await client.view(peer, address, key);
  return { client, peer, track };
}

async function loudest(track, seconds) {
  const sink = new wrtc.nonstandard.RTCAudioSink(await track);
  let most = 0;
  sink.ondata = ({ samples }) => { for (const sample of samples) most = Math.max(most, Math.abs(sample)); };
  await new Promise((over) => { setTimeout(over, 1000 * seconds); });
  sink.stop();
  return most;
}

call("view, hear and stop", async () => {
  const { client, peer, track } = await view(token);
  const most = await loudest(track, 3);
  check(most > 1000, `the loudest sample is ${most}`);
  check(peer.connectionState === "connected", peer.connectionState);
  const session = client.resourceURL;
  await client.stop();
  const gone = await fetch(session, { method: "DELETE", headers: { Authorization: `Bearer ${token}` } });
  check(gone.status === 404, `${gone.status} after the end`);
});

call("a wrong token", async () => {
  let said = "";
  await view("wrong-token").catch((error) => { said = error.message; });
  check(said.includes("401"), said || "it was let in");
});

await run();
