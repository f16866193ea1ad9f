<?php

declare(strict_types=1);

namespace Vitrina\Assistant\Model;

use Magento\Framework\App\Config\ScopeConfigInterface;
use Magento\Store\Model\ScopeInterface;

/**
 * The module's settings in the store view at hand. A value that could not be used is none.
 */
class Config
{
    private const PATH = 'vitrina/assistant/';

    private const ADDRESS = '~^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._\~/-]*)?$~D';

    public function __construct(private readonly ScopeConfigInterface $settings)
    {
    }

    /** Where the runtime is reached, without its last slash; null while the assistant is not to be shown. */
    public function url(): ?string
    {
        $url = rtrim($this->value('url'), '/');
        $enabled = $this->settings->isSetFlag(self::PATH . 'enabled', ScopeInterface::SCOPE_STORE);
        // Magento's renderer throws at a scheme in capitals and at a port beyond 65535.
        $readable = preg_match(self::ADDRESS, $url) === 1 && parse_url($url) !== false;

        return $enabled && $readable ? $url : null;
    }

    /** Scheme, host and port of the runtime, as a content security policy names them. */
    public function origin(): ?string
    {
        $url = $this->url();

        return $url === null ? null : implode('/', array_slice(explode('/', $url), 0, 3));
    }

    /** Our code of the store view, where it is not Magento's. */
    public function store(): ?string
    {
        return $this->matching('store', '~^[a-z][a-z0-9_]*$~D');
    }

    public function color(): ?string
    {
        return $this->matching('color', '~^#[0-9a-f]{6}$~Di');
    }

    public function theme(): ?string
    {
        return $this->matching('theme', '~^(auto|light|dark)$~D');
    }

    public function position(): ?string
    {
        return $this->matching('position', '~^(left|right)$~D');
    }

    public function launcher(): ?string
    {
        return $this->matching('launcher', '~\S~');
    }

    public function privacyUrl(): ?string
    {
        return $this->matching('privacy_url', '~^https?://\S+$~Di');
    }

    /** Name and integrity of the only build that may be loaded. A hash of a build that is not named pins nothing. */
    public function build(): ?string
    {
        return $this->integrity() === null ? null : $this->matching('build', '~^[0-9A-Za-z.+-]+$~D');
    }

    public function integrity(): ?string
    {
        return $this->matching('integrity', '~^sha384-[0-9A-Za-z+/]{64}$~D');
    }

    private function matching(string $name, string $pattern): ?string
    {
        $value = $this->value($name);

        return preg_match($pattern, $value) === 1 ? $value : null;
    }

    private function value(string $name): string
    {
        return trim((string) $this->settings->getValue(self::PATH . $name, ScopeInterface::SCOPE_STORE));
    }
}
