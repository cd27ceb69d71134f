package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * Plain, slow arithmetic on edwards25519, written from RFC 8032, to make the keys and signatures that no signer makes.
 */
record EdwardsPoint(BigInteger x, BigInteger y) {
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    static final BigInteger L = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    static final EdwardsPoint IDENTITY = new EdwardsPoint(BigInteger.ZERO, BigInteger.ONE);
    static final EdwardsPoint BASE = new EdwardsPoint(
            new BigInteger("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
            BigInteger.valueOf(4).multiply(BigInteger.valueOf(5).modInverse(P)).mod(P));

    /** A point of order 8, and its multiples from 0 to 7. */
    static final List<EdwardsPoint> SMALL_ORDER = smallOrder();

    private static BigInteger d() {
        return BigInteger.valueOf(-121665)
                .multiply(BigInteger.valueOf(121666).modInverse(P))
                .mod(P);
    }

    EdwardsPoint plus(EdwardsPoint other) {
        BigInteger product =
                d().multiply(x).multiply(other.x).multiply(y).multiply(other.y).mod(P);
        BigInteger newX = x.multiply(other.y).add(other.x.multiply(y));
        BigInteger newY = y.multiply(other.y).add(x.multiply(other.x));
        return new EdwardsPoint(
                newX.multiply(BigInteger.ONE.add(product).modInverse(P)).mod(P),
                newY.multiply(BigInteger.ONE.subtract(product).modInverse(P)).mod(P));
    }

    EdwardsPoint times(BigInteger scalar) {
        EdwardsPoint sum = IDENTITY;
        for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
            sum = sum.plus(sum);
            if (scalar.testBit(bit)) {
                sum = sum.plus(this);
            }
        }
        return sum;
    }

    byte[] encode() {
        return encode(y, x.testBit(0));
    }

    /** Any y below 2^255 with any sign, canonical or not. */
    static byte[] encode(BigInteger y, boolean sign) {
        byte[] encoded = littleEndian(y);
        if (sign) {
            encoded[31] |= (byte) 0x80;
        }
        return encoded;
    }

    static byte[] littleEndian(BigInteger number) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = number.shiftRight(8 * i).byteValue();
        }
        return bytes;
    }

    static BigInteger fromLittleEndian(byte[] bytes) {
        BigInteger number = BigInteger.ZERO;
        for (int i = bytes.length - 1; i >= 0; i--) {
            number = number.shiftLeft(8).or(BigInteger.valueOf(bytes[i] & 0xff));
        }
        return number;
    }

    /** H(R, A, M) of RFC 8032, modulo L. */
    static BigInteger challenge(byte[] r, byte[] publicKey, byte[] message) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(r);
            digest.update(publicKey);
            return fromLittleEndian(digest.digest(message)).mod(L);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The signature by the secret scalar a with the nonce r, where {@code added} has been added to R = rB. */
    static byte[] sign(BigInteger a, BigInteger r, EdwardsPoint added, byte[] publicKey, byte[] message) {
        byte[] encodedR = BASE.times(r).plus(added).encode();
        BigInteger s =
                r.add(challenge(encodedR, publicKey, message).multiply(a)).mod(L);
        return ByteString.copyFrom(encodedR)
                .concat(ByteString.copyFrom(littleEndian(s)))
                .toByteArray();
    }

    private static List<EdwardsPoint> smallOrder() {
        // L times any point is of small order; half of all points have a component of order 8.
        for (BigInteger y = BigInteger.TWO; ; y = y.add(BigInteger.ONE)) {
            EdwardsPoint point = withY(y);
            if (point == null) {
                continue;
            }
            EdwardsPoint generator = point.times(L);
            if (!generator.times(BigInteger.valueOf(4)).equals(IDENTITY)) {
                List<EdwardsPoint> multiples = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    multiples.add(generator.times(BigInteger.valueOf(i)));
                }
                return List.copyOf(multiples);
            }
        }
    }

    /** One of the points with this y; null if there is none. */
    static EdwardsPoint withY(BigInteger y) {
        BigInteger ySquared = y.multiply(y);
        BigInteger xSquared = ySquared.subtract(BigInteger.ONE)
                .multiply(d().multiply(ySquared).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger root = xSquared.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!root.multiply(root).mod(P).equals(xSquared)) {
            root = root.multiply(BigInteger.TWO.modPow(P.shiftRight(2), P)).mod(P);
        }
        return root.multiply(root).mod(P).equals(xSquared) ? new EdwardsPoint(root, y) : null;
    }
}
