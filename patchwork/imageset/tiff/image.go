package tiff

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Image is one picture of a file: what its directory says, and where its pixels are.
type Image struct {
	Width, Height int // pixels, at least 1
	// Bands is how many values a pixel has in what Read gives: 3 for palettes, CMYK and YCbCr, else what is stored.
	Bands       int
	Bits        int    // of a stored value, the same in all bands
	Format      Format // of a stored value
	Photometric Photometric
	Extra       []Extra // what the stored bands after the colours mean
	Planar      bool    // each band is stored apart
	Compression Compression
	// Orientation is how the picture has to be turned, 1 to 8 as in EXIF; 1 (upright) where the file says nothing.
	Orientation int
	// NoData is the value that means "not measured", where HasNoData; it may be NaN. Source: GDAL's field 42113.
	NoData      float64
	HasNoData   bool
	Description string
	// Names are those of the stored bands, "" for one without; nil if none has. Source: GDAL's field 42112.
	Names []string
	Geo   Geo
	// Overviews are smaller copies of the picture, in the order of the file.
	Overviews []*Image

	r         io.ReaderAt
	size      int64
	swap      bool // values of several bytes are big-endian
	colour    colour
	samples   int // stored bands
	predictor int64
	reversed  bool // the lowest bit of a byte comes first
	t4        int64
	tables    []byte // of JPEG
	palette   [][3]uint8
	yuv       subsampled
	chunks    chunks
}

// colour is how stored values become colours.
type colour int

const (
	other   colour = iota // not a picture that RGBA knows
	grey                  // 1 band
	rgb                   // 3
	indexed               // 1, into the palette
	ink                   // 4: CMYK
	ycc                   // 3: YCbCr
)

// bands is how many stored bands make the colour.
func (c colour) bands() int { return [...]int{1, 1, 3, 1, 4, 3}[c] }

const (
	maxSide  = math.MaxInt32
	maxBands = math.MaxUint16
	// maxText is how many bytes of a text are read.
	maxText = 1 << 20
)

// newImage reads what a directory says of its picture.
func newImage(d *directory) (*Image, error) {
	m := &Image{r: d.p.r, size: d.p.size, swap: d.p.order.String() == "BigEndian"}
	var errs []error
	get := func(tag uint16, absent int64) int64 {
		v, err := d.int(tag, absent)
		errs = append(errs, err)
		return v
	}
	w, h := get(tagImageWidth, 0), get(tagImageLength, 0)
	samples := get(tagSamplesPerPixel, 1)
	m.Compression, m.Photometric = Compression(get(tagCompression, 1)), Photometric(get(tagPhotometric, -1))
	planar, fill := get(tagPlanar, 1), get(tagFillOrder, 1)
	m.predictor, m.t4 = get(tagPredictor, 1), get(tagT4Options, 0)
	if o := get(tagOrientation, 1); o >= 1 && o <= 8 {
		m.Orientation = int(o)
	} else {
		m.Orientation = 1
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	switch {
	case w < 1 || h < 1 || w > maxSide || h > maxSide:
		return nil, fmt.Errorf("has %d x %d pixels", w, h)
	case samples < 1 || samples > maxBands:
		return nil, fmt.Errorf("has %d bands", samples)
	case planar != 1 && planar != 2:
		return nil, fmt.Errorf("its planar configuration is %d; want 1 (interleaved) or 2 (planes)", planar)
	}
	m.Width, m.Height, m.samples = int(w), int(h), int(samples)
	m.Planar = planar == 2 && samples > 1
	m.reversed = fill == 2
	for _, read := range []func(*directory) error{m.readFormat, m.readColour, m.readExtras, m.readChunks} {
		if err := read(d); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// readFormat reads how a value is written, which has to be the same for all bands.
func (m *Image) readFormat(d *directory) error {
	bits, err := d.ints(tagBitsPerSample, int64(m.samples))
	if err != nil {
		return err
	}
	formats, err := d.ints(tagSampleFormat, int64(m.samples))
	if err != nil {
		return err
	}
	m.Bits, m.Format = 1, Uint
	if len(bits) > 0 {
		m.Bits = int(min(bits[0], 1<<16))
	}
	if m.Bits < 1 || slices.ContainsFunc(bits, func(b int64) bool { return b != bits[0] }) {
		return fmt.Errorf("its bands have %v bits; want the same for all", bits)
	}
	if len(formats) > 0 && formats[0] != 4 { // 4 is of unknown meaning
		m.Format = Format(formats[0])
	}
	if slices.ContainsFunc(formats, func(f int64) bool { return f != formats[0] }) {
		return fmt.Errorf("its bands have the formats %v; want the same for all", formats)
	}
	return nil
}

// readColour reads what the bands mean.
func (m *Image) readColour(d *directory) error {
	inks, err := d.int(tagInkSet, 1)
	if err != nil {
		return err
	}
	if m.Photometric < 0 { // required, and yet sometimes forgotten
		m.Photometric = MinIsBlack
		if m.samples >= 3 && m.Bits == 8 {
			m.Photometric = RGB
		}
	}
	switch m.Photometric {
	case MinIsWhite, MinIsBlack:
		m.colour = grey
	case RGB:
		m.colour = rgb
	case Palette:
		m.colour = indexed
	case CMYK:
		if inks == 1 {
			m.colour = ink
		}
	case YCbCr:
		if m.colour = ycc; m.Compression == JPEG && !m.Planar {
			m.colour = rgb // JPEG does the conversion itself
		}
		if err := m.readYCbCr(d); err != nil {
			return err
		}
	}
	if m.samples < m.colour.bands() {
		return fmt.Errorf("has %d bands; %v has %d", m.samples, m.Photometric, m.colour.bands())
	}
	switch m.Bands = m.samples; m.colour {
	case indexed:
		m.Bands = 3
		return m.readPalette(d)
	case ink, ycc:
		m.Bands = 3
	}
	return nil
}

// readExtras reads what a picture can do without.
func (m *Image) readExtras(d *directory) error {
	colours := m.colour.bands()
	if m.colour == other {
		colours = m.samples
	}
	extra, err := d.ints(tagExtraSamples, int64(m.samples))
	if err != nil {
		return err
	}
	if err := d.p.charge(8 * int64(m.samples-colours)); err != nil {
		return err
	}
	m.Extra = make([]Extra, m.samples-colours)
	for i := range min(len(extra), len(m.Extra)) {
		if e := Extra(extra[i]); e == Alpha || e == AssociatedAlpha {
			m.Extra[i] = e
		}
	}
	if m.Description, err = d.text(tagImageDescription, maxText); err != nil {
		return err
	}
	if m.Compression == JPEG {
		tables, _, err := d.value(tagJPEGTables, maxText)
		if err != nil {
			return err
		}
		m.tables = tables
	}
	if err := m.readGDAL(d); err != nil {
		return err
	}
	return m.readGeo(d)
}

// check says whether the picture can be decoded.
func (m *Image) check() error {
	if err := m.Compression.check(); err != nil {
		return err
	}
	ok := false
	switch m.Format {
	case Uint, Int:
		ok = m.Bits < 32 && m.Bits != 24 || m.Bits == 32 || m.Bits == 64
	case Float:
		ok = m.Bits == 16 || m.Bits == 32 || m.Bits == 64
	}
	switch {
	case !ok:
		return fmt.Errorf("its values are %d-bit %v, which is not read; convert them with gdal_translate -ot Float32", m.Bits, m.Format)
	case m.Compression == JPEG && (m.Bits != 8 || m.Format != Uint):
		return fmt.Errorf("its JPEG has %d-bit %v values; only 8 bits are read", m.Bits, m.Format)
	case (m.Compression == CCITTFax3 || m.Compression == CCITTFax4) && m.lineBytes(m.chunks.w) != (m.chunks.w+7)/8:
		return fmt.Errorf("its fax has %d bands of %d bits; want 1 of 1", m.samples, m.Bits)
	case m.Compression == CCITTFax3 && m.t4&1 != 0:
		return errors.New("its fax is two-dimensional group 3, which is not read; convert the file with gdal_translate -co COMPRESS=DEFLATE")
	}
	if m.Compression == JPEG && m.Photometric == YCbCr && !m.Planar && m.samples != 3 {
		return fmt.Errorf("its JPEG has YCbCr colours and %d bands, which is not read; convert the file with gdal_translate -expand rgb", m.samples)
	}
	if m.colour == ycc && m.yuv.on() && (m.Planar || m.Bits != 8 || m.samples != 3 || m.predictor != 1) {
		return errors.New("its colours are subsampled in a way that is not read (want 3 interleaved bands of 8 bits without predictor); " +
			"convert the file with gdal_translate -expand rgb")
	}
	if m.predicts() {
		return m.checkPredictor()
	}
	return nil
}
