// What BouncyCastle says about lists, responses, tokens and signatures of ours. One job an argument: kind=file,file,...
// Prints one line a job: "ok ..." or "no ..." with the reason. Run by bouncy-castle.ts as a single source file.
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.tsp.TimeStampToken;

public final class BouncyCastleJudge {
  private static CertificateFactory factory;

  public static void main(String[] jobs) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    factory = CertificateFactory.getInstance("X.509", "BC");
    for (String job : jobs) {
      String[] parts = job.split("=", 2);
      try {
        System.out.println("ok " + judge(parts[0], parts[1].split(",")));
      } catch (Throwable fault) {
        System.out.println("no " + fault.getClass().getSimpleName() + " " + String.valueOf(fault.getMessage()).replace('\n', ' '));
      }
    }
  }

  private static String judge(String kind, String[] files) throws Exception {
    switch (kind) {
      case "crl": return crl(read(files[0]), certificate(files[1]), new BigInteger(files[2], 16));
      case "ocsp": return ocsp(read(files[0]), certificate(files[1]));
      case "ocsp-request": return new OCSPReq(read(files[0])).getRequestList().length + " asked";
      case "token": return token(read(files[0]), certificate(files[1]), read(files[2]));
      case "cms": return cms(read(files[0]), read(files[1]));
      case "certificate": certificate(files[0]).verify(certificate(files[1]).getPublicKey(), "BC"); return "verified";
      default: throw new IllegalArgumentException(kind);
    }
  }

  /** The list is by this issuer; what it says of this serial number. */
  private static String crl(byte[] der, X509Certificate issuer, BigInteger serial) throws Exception {
    X509CRL crl = (X509CRL) factory.generateCRL(new ByteArrayInputStream(der));
    crl.verify(issuer.getPublicKey(), "BC");
    X509CRLEntry entry = crl.getRevokedCertificate(serial);
    return entry == null ? "good" : "revoked " + entry.getRevocationDate().toInstant() + " " + entry.getRevocationReason();
  }

  /** The response is by this responder; the first status in it. */
  private static String ocsp(byte[] der, X509Certificate responder) throws Exception {
    OCSPResp response = new OCSPResp(der);
    if (response.getStatus() != OCSPResp.SUCCESSFUL) throw new Exception("status " + response.getStatus());
    BasicOCSPResp basic = (BasicOCSPResp) response.getResponseObject();
    if (!basic.isSignatureValid(new JcaContentVerifierProviderBuilder().setProvider("BC").build(responder)))
      throw new Exception("signature");
    SingleResp single = basic.getResponses()[0];
    if (single.getCertStatus() == null) return "good";
    return single.getCertStatus() instanceof RevokedStatus ? "revoked" : "unknown";
  }

  private static String token(byte[] der, X509Certificate tsa, byte[] message) throws Exception {
    TimeStampToken token = new TimeStampToken(new CMSSignedData(der));
    token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(tsa));
    byte[] digest = MessageDigest.getInstance("SM3", "BC").digest(message);
    if (!Arrays.equals(digest, token.getTimeStampInfo().getMessageImprintDigest())) throw new Exception("imprint");
    return token.getTimeStampInfo().getGenTime().toInstant().toString();
  }

  /** A detached signature, by the certificate that it carries. */
  private static String cms(byte[] der, byte[] content) throws Exception {
    CMSSignedData signed = new CMSSignedData(new CMSProcessableByteArray(content), der);
    SignerInformation signer = signed.getSignerInfos().getSigners().iterator().next();
    X509CertificateHolder holder = (X509CertificateHolder) signed.getCertificates().getMatches(signer.getSID()).iterator().next();
    if (!signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(holder)))
      throw new Exception("signature");
    return holder.getSubject().toString();
  }

  private static byte[] read(String path) throws Exception {
    return Files.readAllBytes(Path.of(path));
  }

  private static X509Certificate certificate(String path) throws Exception {
    return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(read(path)));
  }
}
