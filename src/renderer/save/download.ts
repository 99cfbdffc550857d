/**
 * Gives a file to the person. VS Code asks for a place when a link with `download` to a base64 data URL is clicked in an output,
 * and writes the file there; a browser puts it among its downloads.
 */
export async function download(file: Blob, name: string): Promise<void> {
  const link = document.createElement("a");
  link.href = await base64Url(file);
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

function base64Url(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error("The file could not be read."));
    reader.readAsDataURL(file);
  });
}
