//go:build !purego

#include "textflag.h"

// Masks for the last 0, 1, 2 or 3 of the values.
DATA tail<>+0x00(SB)/8, $0
DATA tail<>+0x08(SB)/8, $0
DATA tail<>+0x10(SB)/8, $0
DATA tail<>+0x18(SB)/8, $0
DATA tail<>+0x20(SB)/8, $-1
DATA tail<>+0x28(SB)/8, $0
DATA tail<>+0x30(SB)/8, $0
DATA tail<>+0x38(SB)/8, $0
DATA tail<>+0x40(SB)/8, $-1
DATA tail<>+0x48(SB)/8, $-1
DATA tail<>+0x50(SB)/8, $0
DATA tail<>+0x58(SB)/8, $0
DATA tail<>+0x60(SB)/8, $-1
DATA tail<>+0x68(SB)/8, $-1
DATA tail<>+0x70(SB)/8, $-1
DATA tail<>+0x78(SB)/8, $0
GLOBL tail<>(SB), RODATA|NOPTR, $128

// func dot4AVX(out *[4]float64, a, v *float64, n int)
//
// The four running sums of a dot product are the four lanes of a register; Y0 to Y3 belong to the four rows of a.
// Products are rounded before they are added: there is no fused operation. A masked lane adds 0 * 0 = +0, and a running
// sum, which starts from +0, is never -0, so that its bits stay.
TEXT ·dot4AVX(SB), NOSPLIT, $0-32
	MOVQ   out+0(FP), DI
	MOVQ   a+8(FP), SI
	MOVQ   v+16(FP), DX
	MOVQ   n+24(FP), CX
	MOVQ   CX, BX
	SHLQ   $3, BX            // the bytes of a row
	LEAQ   (SI)(BX*1), R8    // rows 1, 2 and 3
	LEAQ   (SI)(BX*2), R9
	LEAQ   (R8)(BX*2), R10
	LEAQ   (R10)(BX*1), R13  // what follows them: in a batch, the next four rows
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VXORPD Y2, Y2, Y2
	VXORPD Y3, Y3, Y3
	XORQ   AX, AX
	MOVQ   BX, R11
	ANDQ   $~31, R11         // the bytes of whole groups of four

group:
	CMPQ    AX, R11
	JGE     rest
	VMOVUPD (DX)(AX*1), Y4
	PREFETCHT0 1024(R13)(AX*4)
	PREFETCHT0 1088(R13)(AX*4)
	VMULPD  (SI)(AX*1), Y4, Y5
	VMULPD  (R8)(AX*1), Y4, Y6
	VMULPD  (R9)(AX*1), Y4, Y7
	VMULPD  (R10)(AX*1), Y4, Y8
	VADDPD  Y5, Y0, Y0
	VADDPD  Y6, Y1, Y1
	VADDPD  Y7, Y2, Y2
	VADDPD  Y8, Y3, Y3
	ADDQ    $32, AX
	JMP     group

rest:
	CMPQ       AX, BX
	JE         done
	ANDQ       $3, CX
	SHLQ       $5, CX
	LEAQ       tail<>(SB), R12
	VMOVUPD    (R12)(CX*1), Y9
	VMASKMOVPD (DX)(AX*1), Y9, Y4
	VMASKMOVPD (SI)(AX*1), Y9, Y5
	VMASKMOVPD (R8)(AX*1), Y9, Y6
	VMASKMOVPD (R9)(AX*1), Y9, Y7
	VMASKMOVPD (R10)(AX*1), Y9, Y8
	VMULPD     Y5, Y4, Y5
	VMULPD     Y6, Y4, Y6
	VMULPD     Y7, Y4, Y7
	VMULPD     Y8, Y4, Y8
	VADDPD     Y5, Y0, Y0
	VADDPD     Y6, Y1, Y1
	VADDPD     Y7, Y2, Y2
	VADDPD     Y8, Y3, Y3

done:
	// Lane 0 + lane 1 and lane 2 + lane 3 of two rows side by side, then the one plus the other.
	VHADDPD      Y1, Y0, Y0
	VHADDPD      Y3, Y2, Y2
	VEXTRACTF128 $1, Y0, X4
	VEXTRACTF128 $1, Y2, X5
	VADDPD       X4, X0, X0
	VADDPD       X5, X2, X2
	VMOVUPD      X0, (DI)
	VMOVUPD      X2, 16(DI)
	VZEROUPPER
	RET

// func panelsAVX(dst, x, a *float64, d, n int)
//
// A panel has four rows of a matrix, value by value: the lanes of a register are four dot products, and Y0 to Y3 are
// their running sums. It writes four results for each of the n panels at a.
TEXT ·panelsAVX(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), DX
	MOVQ a+16(FP), SI
	MOVQ d+24(FP), CX
	MOVQ n+32(FP), R8
	MOVQ CX, R9
	ANDQ $~3, R9             // the values in whole groups of four
	ANDQ $3, CX              // and those that are left

panel:
	VXORPD Y0, Y0, Y0
	VXORPD Y1, Y1, Y1
	VXORPD Y2, Y2, Y2
	VXORPD Y3, Y3, Y3
	XORQ   AX, AX

four:
	CMPQ         AX, R9
	JGE          three
	VBROADCASTSD (DX)(AX*8), Y4
	VBROADCASTSD 8(DX)(AX*8), Y5
	VBROADCASTSD 16(DX)(AX*8), Y6
	VBROADCASTSD 24(DX)(AX*8), Y7
	VMULPD       (SI), Y4, Y4
	VMULPD       32(SI), Y5, Y5
	VMULPD       64(SI), Y6, Y6
	VMULPD       96(SI), Y7, Y7
	VADDPD       Y4, Y0, Y0
	VADDPD       Y5, Y1, Y1
	VADDPD       Y6, Y2, Y2
	VADDPD       Y7, Y3, Y3
	ADDQ         $128, SI
	ADDQ         $4, AX
	JMP          four

three:
	TESTQ        CX, CX
	JE           sum
	VBROADCASTSD (DX)(AX*8), Y4
	VMULPD       (SI), Y4, Y4
	VADDPD       Y4, Y0, Y0
	ADDQ         $32, SI
	CMPQ         CX, $1
	JE           sum
	VBROADCASTSD 8(DX)(AX*8), Y5
	VMULPD       (SI), Y5, Y5
	VADDPD       Y5, Y1, Y1
	ADDQ         $32, SI
	CMPQ         CX, $2
	JE           sum
	VBROADCASTSD 16(DX)(AX*8), Y6
	VMULPD       (SI), Y6, Y6
	VADDPD       Y6, Y2, Y2
	ADDQ         $32, SI

sum:
	VADDPD  Y1, Y0, Y0
	VADDPD  Y3, Y2, Y2
	VADDPD  Y2, Y0, Y0
	VMOVUPD Y0, (DI)
	ADDQ    $32, DI
	DECQ    R8
	JNE     panel
	VZEROUPPER
	RET

// func standardizeAVX(dst, x, subtract, divide *float64, n int)
//
// dst = (x - subtract) / divide for n >= 1 values.
TEXT ·standardizeAVX(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ x+8(FP), DX
	MOVQ subtract+16(FP), SI
	MOVQ divide+24(FP), R8
	MOVQ n+32(FP), CX
	XORQ AX, AX
	MOVQ CX, R9
	ANDQ $~3, R9
	ANDQ $3, CX

next:
	CMPQ    AX, R9
	JGE     last
	VMOVUPD (DX)(AX*8), Y0
	VSUBPD  (SI)(AX*8), Y0, Y0
	VDIVPD  (R8)(AX*8), Y0, Y0
	VMOVUPD Y0, (DI)(AX*8)
	ADDQ    $4, AX
	JMP     next

last:
	TESTQ      CX, CX
	JE         end
	SHLQ       $5, CX
	LEAQ       tail<>(SB), R10
	VMOVUPD    (R10)(CX*1), Y3
	VMASKMOVPD (DX)(AX*8), Y3, Y0
	VMASKMOVPD (SI)(AX*8), Y3, Y1
	VMASKMOVPD (R8)(AX*8), Y3, Y2
	VSUBPD     Y1, Y0, Y0
	VDIVPD     Y2, Y0, Y0
	VMASKMOVPD Y0, Y3, (DI)(AX*8)

end:
	VZEROUPPER
	RET
