package widgets

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // formats that a picture may have
	"image/jpeg"
	_ "image/png"
	"net/http"
	"os"
	"slices"

	_ "golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// lightPicture is up to how many bytes a picture is put into a saved notebook as it is.
const lightPicture = 40 << 10

// picture returns an image file as an address for src, no longer than side pixels and light enough for a saved
// notebook. Errors: as light.
func picture(data []byte, side int) (src string, err error) {
	kind, data, err := light(data, side, lightPicture)
	if err != nil {
		return "", err
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data), nil
}

// light makes an image file fit for a page: one of at most limit bytes, in a format that every browser shows and not
// much longer than side pixels, is kept as it is; any other becomes a JPEG with its longer side at most side pixels,
// turned as its EXIF orientation asks. Errors: the bytes are no image of a known format, or are cut short.
func light(data []byte, side, limit int) (kind string, out []byte, err error) {
	kind = http.DetectContentType(data)
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return "", nil, fmt.Errorf("widgets: not an image that can be shown: %w", err)
	}
	shown := slices.Contains([]string{"image/jpeg", "image/png", "image/gif", "image/webp"}, kind)
	if shown && len(data) <= limit && max(config.Width, config.Height) <= 4*side {
		return kind, data, nil
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return "", nil, fmt.Errorf("widgets: image cannot be read: %w", err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, turned(shrunk(img, side), orientation(data)), &jpeg.Options{Quality: 84}); err != nil {
		return "", nil, fmt.Errorf("widgets: image cannot be made small: %w", err)
	}
	return "image/jpeg", b.Bytes(), nil
}

// shrunk is img with its longer side at most side pixels, on white where it is transparent.
func shrunk(img image.Image, side int) *image.RGBA {
	size := img.Bounds().Size()
	scale := min(1, float64(side)/float64(max(size.X, size.Y)))
	small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale+0.5)), max(1, int(float64(size.Y)*scale+0.5))))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Over, nil)
	return small
}

// turned puts an image upright. turn is the EXIF orientation 1 to 8 (Exif 2.3, 4.6.4.A): from 5 on the sides swap.
func turned(img *image.RGBA, turn int) *image.RGBA {
	if turn < 2 || turn > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	outW, outH := w, h
	if turn >= 5 {
		outW, outH = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, outW, outH))
	for y := range outH {
		for x := range outW {
			fromX, fromY := x, y
			if turn >= 5 {
				fromX, fromY = y, x
			}
			if turn == 2 || turn == 3 || turn == 7 || turn == 8 {
				fromX = w - 1 - fromX
			}
			if turn == 3 || turn == 4 || turn == 6 || turn == 7 {
				fromY = h - 1 - fromY
			}
			out.SetRGBA(x, y, img.RGBAAt(fromX, fromY))
		}
	}
	return out
}

// orientation finds the EXIF orientation in a JPEG file and is 1 where there is none.
func orientation(data []byte) int {
	for at := 2; at+4 <= len(data) && data[0] == 0xff && data[1] == 0xd8 && data[at] == 0xff && data[at+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(data) {
			return 1
		}
		if body := data[at+4 : end]; data[at+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		at = end
	}
	return 1
}

// tiffOrientation reads tag 0x0112 of the first directory of a TIFF block.
func tiffOrientation(block []byte) int {
	if len(block) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if block[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(block[4:]))
	if at < 8 || at+2 > len(block) {
		return 1
	}
	for range order.Uint16(block[at:]) {
		entry := at + 2
		if entry+12 > len(block) {
			break
		}
		if order.Uint16(block[entry:]) == 0x0112 {
			if turn := int(order.Uint16(block[entry+8:])); turn >= 1 && turn <= 8 {
				return turn
			}
			return 1
		}
		at += 12
	}
	return 1
}

// bytesOf is the content of an image: Src, or else the file.
func (g GridImage) bytesOf() ([]byte, error) {
	if len(g.Src) > 0 {
		return g.Src, nil
	}
	if g.File == "" {
		return nil, errors.New("widgets: the image has neither Src nor File")
	}
	data, err := os.ReadFile(g.File)
	if err != nil {
		return nil, fmt.Errorf("widgets: image cannot be read: %w", err)
	}
	return data, nil
}

// serve sends an image, made smaller where it is larger than side or limit bytes. cache says how long the page may keep it.
func (g GridImage) serve(w http.ResponseWriter, side, limit int, cache string) {
	data, err := g.bytesOf()
	var kind string
	if err == nil {
		kind, data, err = light(data, side, limit)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", cache)
	w.Write(data)
}
