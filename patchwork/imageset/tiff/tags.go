package tiff

import "fmt"

// The fields that are read, by the numbers of the specification.
const (
	tagNewSubfileType     = 254
	tagSubfileType        = 255
	tagImageWidth         = 256
	tagImageLength        = 257
	tagBitsPerSample      = 258
	tagCompression        = 259
	tagPhotometric        = 262
	tagFillOrder          = 266
	tagImageDescription   = 270
	tagStripOffsets       = 273
	tagOrientation        = 274
	tagSamplesPerPixel    = 277
	tagRowsPerStrip       = 278
	tagStripByteCounts    = 279
	tagPlanar             = 284
	tagT4Options          = 292
	tagPredictor          = 317
	tagColorMap           = 320
	tagTileWidth          = 322
	tagTileLength         = 323
	tagTileOffsets        = 324
	tagTileByteCounts     = 325
	tagSubIFDs            = 330
	tagInkSet             = 332
	tagExtraSamples       = 338
	tagSampleFormat       = 339
	tagJPEGTables         = 347
	tagYCbCrCoefficients  = 529
	tagYCbCrSubsampling   = 530
	tagReferenceBlack     = 532
	tagModelPixelScale    = 33550
	tagModelTiepoint      = 33922
	tagModelTransform     = 34264
	tagGeoKeys            = 34735
	tagGDALMetadata       = 42112
	tagGDALNoData         = 42113
	largestTagOfInterest  = tagGDALNoData
	smallestTagOfInterest = tagNewSubfileType
)

// The types of fields.
const (
	typeByte   = 1
	typeASCII  = 2
	typeShort  = 3
	typeLong   = 4
	typeUndef  = 7
	typeDouble = 12
	typeIFD    = 13
	typeLong8  = 16
	typeIFD8   = 18
)

// typeSizes are the bytes of a value of each type; 0 for a type that does not exist.
var typeSizes = [...]int64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8}

// Compression is how the pixels of a chunk are packed.
type Compression int

// The compressions that are read. JPEG holds 8 bits a band, CCITT one.
const (
	None       Compression = 1
	CCITTFax3  Compression = 3
	CCITTFax4  Compression = 4
	LZW        Compression = 5
	JPEG       Compression = 7
	Deflate    Compression = 8
	PackBits   Compression = 32773
	OldDeflate Compression = 32946
)

var compressionNames = map[Compression]string{
	None: "none", 2: "CCITT RLE", CCITTFax3: "CCITT fax group 3", CCITTFax4: "CCITT fax group 4", LZW: "LZW",
	6: "old-style JPEG", JPEG: "JPEG", Deflate: "Deflate", PackBits: "PackBits", OldDeflate: "Deflate",
	32809: "ThunderScan", 33003: "JPEG 2000", 33005: "JPEG 2000", 34676: "SGI Log", 34677: "SGI Log",
	34712: "JPEG 2000", 34887: "LERC", 34892: "lossy DNG JPEG", 34925: "LZMA", 50000: "ZSTD", 50001: "WebP", 50002: "JPEG XL",
}

// String returns the name that people use.
func (c Compression) String() string {
	if name, ok := compressionNames[c]; ok {
		return name
	}
	return fmt.Sprintf("number %d", int(c))
}

// check says whether the compression is read.
func (c Compression) check() error {
	switch c {
	case None, CCITTFax3, CCITTFax4, LZW, JPEG, Deflate, PackBits, OldDeflate:
		return nil
	}
	return fmt.Errorf("the compression is %v, which is not read; convert the file with gdal_translate -co COMPRESS=DEFLATE", c)
}

// Photometric is what the bands mean.
type Photometric int

// The meanings that RGBA knows.
const (
	MinIsWhite Photometric = 0
	MinIsBlack Photometric = 1
	RGB        Photometric = 2
	Palette    Photometric = 3
	Mask       Photometric = 4
	CMYK       Photometric = 5
	YCbCr      Photometric = 6
)

var photometricNames = map[Photometric]string{
	MinIsWhite: "min is white", MinIsBlack: "min is black", RGB: "RGB", Palette: "palette", Mask: "mask", CMYK: "CMYK", YCbCr: "YCbCr",
	8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*", 32803: "colour filter array", 32844: "LogL", 32845: "LogLuv", 34892: "linear raw",
}

// String returns the name that people use.
func (p Photometric) String() string {
	if name, ok := photometricNames[p]; ok {
		return name
	}
	return fmt.Sprintf("number %d", int(p))
}

// Format is how a value is written.
type Format int

// The formats that are read.
const (
	Uint  Format = 1
	Int   Format = 2
	Float Format = 3
)

var formatNames = map[Format]string{Uint: "unsigned", Int: "signed", Float: "float", 5: "complex integer", 6: "complex"}

// String returns the name that people use.
func (f Format) String() string {
	if name, ok := formatNames[f]; ok {
		return name
	}
	return fmt.Sprintf("format %d", int(f))
}

// Extra is the meaning of a band beyond the colours.
type Extra int

// The meanings of extra bands.
const (
	Unspecified     Extra = 0 // such as infrared
	AssociatedAlpha Extra = 1 // the colours have been multiplied by it
	Alpha           Extra = 2
)
