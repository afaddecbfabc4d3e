// What widgets carry as bytes: JPEGs, and arrays that were deflated.

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A JPEG as something that can be drawn. */
export function unpackPicture(view) {
  return createImageBitmap(new Blob([bytesOf(view)], { type: "image/jpeg" }));
}

/** The bytes before zlib. */
export async function inflate(view) {
  const stream = new Blob([bytesOf(view)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}
