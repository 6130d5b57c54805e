package imageset

import "encoding/binary"

// mend returns data in a form that the decoder of its format accepts, and that keeps what is read to the first frame
// and the colours under transparency. Data that needs no change, or that is malformed, is returned as it is; data
// itself is never changed.
func mend(data []byte, f format) []byte {
	switch f {
	case formatGIF:
		return mendGIF(data)
	case formatWebP:
		return mendWebP(data)
	}
	return data
}

// mendGIF clears the transparency flag of the first frame. The decoder would replace the transparent colour by black.
//
// Source: GIF89a specification, sections 18 and 23.
func mendGIF(data []byte) []byte {
	if len(data) < 13 {
		return data
	}
	p := 13
	if data[10]&0x80 != 0 { // a global colour table follows
		p += 3 << (data[10]&7 + 1)
	}
	for p+4 < len(data) && data[p] == 0x21 { // extensions, up to the first frame
		if flags := p + 3; data[p+1] == 0xf9 && data[flags]&1 != 0 {
			data = append([]byte(nil), data...)
			data[flags] &^= 1
			return data
		}
		for p += 2; p < len(data) && data[p] != 0; {
			p += 1 + int(data[p])
		}
		p++
	}
	return data
}

// mendWebP keeps only the picture itself, the first one of an animation, without alpha and metadata.
//
// Source: RFC 9649, section 2.7 (the chunks of the extended format).
func mendWebP(data []byte) []byte {
	const frameHeader = 16 // bytes before the chunks of a frame in an animation
	chunks := data
	if frame, at := riffChunk(data, "ANMF"); len(frame) >= frameHeader {
		chunks = append(make([]byte, 12), data[at+frameHeader:at+len(frame)]...)
	}
	for _, name := range []string{"VP8 ", "VP8L"} {
		picture, _ := riffChunk(chunks, name)
		if picture == nil {
			continue
		}
		out := append(make([]byte, 0, len(picture)+21), "RIFF....WEBP"...)
		out = binary.LittleEndian.AppendUint32(append(out, name...), uint32(len(picture)))
		out = append(out, picture...)
		if len(picture)%2 == 1 {
			out = append(out, 0)
		}
		binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
		return out
	}
	return data
}
