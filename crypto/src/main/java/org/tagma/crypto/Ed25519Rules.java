package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * The rules on Ed25519 encodings on which libraries differ, applied before any of them is asked.
 *
 * <p>Everything checked here is public, so nothing needs constant time.
 */
final class Ed25519Rules {
    /** p = 2^255 - 19, the order of the field, little-endian. */
    private static final byte[] FIELD_ORDER =
            littleEndian(BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19)));

    /** L = 2^252 + ..., the order of the base point, little-endian. */
    private static final byte[] GROUP_ORDER =
            littleEndian(BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493")));

    /**
     * The y coordinates of the eight points of small order: 1 (the identity), -1 (order 2), 0 (order 4, two points),
     * and two more of order 8, with two points each. Equal y in a canonical encoding means one of these points, or x =
     * 0 written with a sign, which is no canonical encoding either.
     */
    private static final List<byte[]> SMALL_ORDER_Y = List.of(
            hex("0100000000000000000000000000000000000000000000000000000000000000"),
            hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            hex("0000000000000000000000000000000000000000000000000000000000000000"),
            hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
            hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"));

    private static final int SIGN_BIT = 0x80;

    private Ed25519Rules() {}

    /** @throws InvalidPublicKeyException with what is wrong with the key */
    static void checkPublicKey(ByteString publicKey) {
        byte[] encoded = publicKey.toByteArray();
        if (encoded.length != CryptoProvider.KEY_BYTES) {
            throw new InvalidPublicKeyException(
                    "an Ed25519 public key is " + CryptoProvider.KEY_BYTES + " bytes long, not " + encoded.length);
        }
        byte[] y = yCoordinate(encoded, 0);
        if (!isBelow(y, FIELD_ORDER)) {
            throw new InvalidPublicKeyException("the Ed25519 public key is not canonically encoded");
        }
        if (isSmallOrder(y)) {
            throw new InvalidPublicKeyException("the Ed25519 public key is of small order");
        }
        // Stronger than RFC 8032 asks: with a key of prime order the verification with and without the cofactor agree,
        // except for R, which the providers see to.
        if (!Ed25519.validatePublicKeyFull(encoded, 0)) {
            throw new InvalidPublicKeyException("the Ed25519 public key is not a point of prime order on the curve");
        }
    }

    /** Whether a signature has the right length, s below L, and an R that is canonical and not of small order. */
    static boolean isWellFormedSignature(byte[] signature) {
        if (signature.length != CryptoProvider.SIGNATURE_BYTES) {
            return false;
        }
        byte[] s = Arrays.copyOfRange(signature, CryptoProvider.KEY_BYTES, CryptoProvider.SIGNATURE_BYTES);
        if (!isBelow(s, GROUP_ORDER)) {
            return false;
        }
        byte[] y = yCoordinate(signature, 0);
        return isBelow(y, FIELD_ORDER) && !isSmallOrder(y);
    }

    private static byte[] yCoordinate(byte[] source, int offset) {
        byte[] y = Arrays.copyOfRange(source, offset, offset + CryptoProvider.KEY_BYTES);
        y[CryptoProvider.KEY_BYTES - 1] &= (byte) ~SIGN_BIT;
        return y;
    }

    private static boolean isSmallOrder(byte[] y) {
        for (byte[] smallOrderY : SMALL_ORDER_Y) {
            if (Arrays.equals(smallOrderY, y)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBelow(byte[] number, byte[] bound) {
        for (int i = number.length - 1; i >= 0; i--) {
            int difference = Byte.compareUnsigned(number[i], bound[i]);
            if (difference != 0) {
                return difference < 0;
            }
        }
        return false;
    }

    private static byte[] littleEndian(BigInteger number) {
        byte[] bigEndian = number.toByteArray();
        byte[] littleEndian = new byte[CryptoProvider.KEY_BYTES];
        for (int i = 0; i < bigEndian.length; i++) {
            littleEndian[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return littleEndian;
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
