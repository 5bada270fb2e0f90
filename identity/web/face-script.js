// Makes the picture small enough for the line and the limit before it is sent; where that fails it is sent as it is. And goes
// on by itself when the face was recognised. Plain script, sent inline under the page's nonce.
(() => {
  const passed = document.getElementById('face-passed');
  if (passed) return passed.submit();
  const input = document.getElementById('field-picture');
  if (!input || !window.createImageBitmap || !window.DataTransfer) return;
  const LONGEST = 1280;
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (!file) return;
    try {
      const image = await createImageBitmap(file);
      const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
      const canvas = document.createElement('canvas');
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
      const kept = new DataTransfer();
      kept.items.add(new File([blob], 'face.jpg', { type: 'image/jpeg' }));
      input.files = kept.files;
    } catch {
      // No picture that this browser reads: the server says what is expected.
    }
  });
})();
